package quota;

import java.util.Optional;
import tenancy.AgentId;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * What a limit is a limit of.
 *
 * @param word {@code tenant}, {@code workspace:<id>} or {@code agent:<id>}
 */
record Scope(String word) {

    static final Scope TENANT = new Scope("tenant");

    private static final String OF_AGENT = "agent:";
    private static final String OF_WORKSPACE = "workspace:";
    private static final String OF_RUN = "run:";

    static Scope of(WorkspaceId workspace) {
        return new Scope(OF_WORKSPACE + workspace.key());
    }

    static Scope of(AgentId agent) {
        return new Scope(OF_AGENT + agent.key());
    }

    /** The agent, if it is one's. */
    Optional<AgentId> agent(TenantId tenant) {
        return word.startsWith(OF_AGENT)
                ? Optional.of(new AgentId(tenant, word.substring(OF_AGENT.length())))
                : Optional.empty();
    }

    /** The workspace, if it is one's. */
    Optional<WorkspaceId> workspace(TenantId tenant) {
        return word.startsWith(OF_WORKSPACE)
                ? Optional.of(new WorkspaceId(tenant, word.substring(OF_WORKSPACE.length())))
                : Optional.empty();
    }

    /** A run is a scope of its caps only. */
    static String ofRun(String run) {
        return OF_RUN + run;
    }

    static String runIn(String scopeOfRun) {
        return scopeOfRun.substring(OF_RUN.length());
    }

    boolean isTenant() {
        return equals(TENANT);
    }
}
