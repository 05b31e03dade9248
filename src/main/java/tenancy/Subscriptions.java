package tenancy;

import java.util.Optional;

/** Which quota class each tenant subscribes to. Asked on every request: answered from memory, without waiting. */
public interface Subscriptions {

    /** The quota class in force; empty for a tenant that is not registered. */
    Optional<String> quotaClass(TenantId tenant);
}
