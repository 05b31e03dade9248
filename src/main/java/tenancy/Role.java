package tenancy;

/** What a credential may be used for. All but {@link #OPERATOR} belong to one tenant. */
public enum Role {
    /** Sends envelopes as one agent. */
    AGENT,
    /** Changes the tenant's workspaces, agents, keys, connectors, policies and quota overrides. */
    TENANT_ADMIN,
    /** Grants and denies what a policy holds for people; sees that and nothing else. */
    APPROVER,
    /** Reads everything of the tenant, the journal included. */
    AUDITOR,
    /** Queries projections: runs, actions, use. */
    ANALYST,
    /** Runs the fleet: may act in any tenant, by name, in that tenant's journal. */
    OPERATOR
}
