package execution.gateway;

import org.jspecify.annotations.Nullable;
import tenancy.TenantContext;
import tenancy.TenantId;

/** The target systems a tenant may name, and what can be done there. */
public interface Connectors {

    /**
     * One operation of one of the tenant's connectors, in the version in force, read inside the tenant's lane.
     *
     * @param system the connector's key, such as {@code zendesk}
     * @param operation such as {@code ticket.update}
     * @throws tenancy.Refusal {@code unknown_connector} or {@code unknown_operation}: what is not described is denied
     */
    Operation operation(TenantId tenant, String system, String operation);

    /**
     * Describes a target system of the tenant, or changes its description; waits until that is committed. Describing
     * it again in the same words changes nothing.
     *
     * @param document the description as JSON
     * @param replaces the version it replaces; null for a system that has none yet
     * @throws tenancy.Refusal {@code invalid_connector} with a pointer for each fault; {@code version_mismatch}
     */
    Defined define(TenantContext context, String system, String document, @Nullable Long replaces);

    /**
     * @param version 1, 2, 3 … for each system of a tenant
     * @param digest SHA-256 over the canonical document, lower-case hex
     */
    record Defined(String system, long version, String digest) {}
}
