package execution.gateway;

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
}
