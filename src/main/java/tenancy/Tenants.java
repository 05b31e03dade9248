package tenancy;

/** Who is on the platform: registers tenants, their workspaces and agents. */
public interface Tenants {

    /** Whether there is such a tenant. Waits for that tenant's lane unless known: never call it inside a lane. */
    boolean registered(TenantId tenant);

    /**
     * Registers the tenant that the context names.
     *
     * @param quotaClass the quota class the tenant subscribes to
     * @throws Conflict {@code tenant_exists}
     */
    void register(TenantContext context, String name, String quotaClass);

    /** @throws Conflict {@code workspace_exists} */
    void openWorkspace(TenantContext context, WorkspaceId workspace, String name);

    /**
     * Registers an agent in one of the tenant's workspaces.
     *
     * @throws Conflict {@code agent_exists}
     */
    void registerAgent(TenantContext context, Agents.Registration registration);
}
