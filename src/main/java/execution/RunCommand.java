package execution;

import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.RunId;

/** All that can be asked of a run. */
sealed interface RunCommand {

    RunId run();

    record StartRun(RunId run, Claim claim) implements RunCommand {}

    /** @param boundTo the agent that the caller's credential is bound to: it ends its own runs only */
    record EndRun(RunId run, @Nullable AgentId boundTo) implements RunCommand {

        boolean mayEndRunOf(String agent) {
            return boundTo == null || boundTo.key().equals(agent);
        }
    }
}
