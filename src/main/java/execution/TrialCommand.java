package execution;

import execution.Rehearsals.Question;
import execution.Rehearsals.Semantic;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;

/** All that can be asked of admission without asking for an action. */
sealed interface TrialCommand {

    /** Decides on each in turn, at one moment, and writes nothing down. */
    record TryActions(List<TryAction> actions, Semantic semantic) implements TrialCommand {
        public TryActions {
            actions = List.copyOf(actions);
        }
    }

    /**
     * @param action names the trial; no action of this name will be
     * @param claim what an envelope says it is from; absent: what the agent is registered with
     * @param boundTo the agent that the credential is bound to; absent for credentials that are bound to none
     */
    record TryAction(
            ActionId action,
            AgentId agent,
            @Nullable Claim claim,
            @Nullable AgentId boundTo,
            RunId run,
            Question question)
            implements TrialCommand {}
}
