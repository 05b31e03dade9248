package execution;

import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.RunId;

/** All that can be asked of a run. */
sealed interface RunCommand {

    RunId run();

    /** @param parent the run that starts it */
    record StartRun(RunId run, Claim claim, @Nullable RunId parent) implements RunCommand {}

    /** @param boundTo the agent that the caller's credential is bound to: it ends its own runs only */
    record EndRun(RunId run, @Nullable AgentId boundTo) implements RunCommand {

        boolean mayEndRunOf(String agent) {
            return boundTo == null || boundTo.key().equals(agent);
        }
    }

    /** Changes one cap of the run; a paused run goes on if it has room then. */
    record CapRun(RunId run, String limit, long value, boolean byOperator) implements RunCommand {}
}
