package tenancy;

/** What the platform knows of each agent: envelopes must agree with it. */
public interface Agents {

    /**
     * The registration in force, read inside the tenant's lane.
     *
     * @throws NotFound if the tenant has no such agent
     */
    Registration registration(AgentId agent);

    /**
     * @param agentClass such as {@code support_triage}; policies may name it
     * @param trustZone such as {@code internal} or {@code untrusted}
     * @param active false once the agent was retired: nothing is admitted for it
     */
    record Registration(
            AgentId agent,
            WorkspaceId workspace,
            String agentClass,
            String trustZone,
            String policyProfile,
            String quotaClass,
            boolean active) {}
}
