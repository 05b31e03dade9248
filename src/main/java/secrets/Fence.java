package secrets;

import tenancy.TenantId;

/**
 * Ends every lease of its scope that is older than it.
 *
 * @param key of what the scope names; the tenant's own for the whole tenant
 * @param number rises with every fence of the tenant; a lease knows the one that was newest when it was issued
 */
record Fence(TenantId tenant, Scope scope, String key, long number) {

    boolean covers(IssuedLease lease) {
        return lease.fence() < number
                && switch (scope) {
                    case SECRET -> key.equals(lease.secret());
                    case CONNECTOR -> key.equals(lease.system());
                    case AGENT -> key.equals(lease.agent());
                    case TENANT -> true;
                    case GRANT -> key.equals(lease.grant());
                    case AGENT_CLASS -> key.equals(lease.agentClass()) && lease.mode() == Mode.MUTATE;
                };
    }
}
