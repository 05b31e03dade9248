package policy;

import java.util.List;
import tenancy.Effect;
import tenancy.TenantId;

/** What a tenant's connectors describe. Told by whoever holds them, so that a document can be read beside it. */
public interface KnownOperations {

    /** All of the tenant's; empty if it has described none. */
    List<KnownOperation> of(TenantId tenant);

    /**
     * @param system the connector, by key
     * @param carriesKey whether the idempotency key has a place in its request
     * @param destination host that a call would reach
     */
    record KnownOperation(String system, String operation, Effect effect, boolean carriesKey, String destination) {}
}
