package execution;

import execution.gateway.Outcome;
import execution.gateway.Redaction;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.Followed;
import tenancy.Cause;
import tenancy.RunId;
import tenancy.Target;

/** All that can be asked of an action. */
sealed interface ActionCommand {

    ActionId action();

    /**
     * @param arguments as the caller sent them, JSON
     * @param tokens model tokens that the caller expects it to take
     * @param idempotencyKey the caller's; absent where it is derived from what is asked for
     * @param parentRun the run that starts this action's run
     */
    record SubmitAction(
            ActionId action,
            Claim claim,
            RunId run,
            String operation,
            Target target,
            String arguments,
            List<String> dataClasses,
            @Nullable String model,
            long tokens,
            @Nullable String idempotencyKey,
            @Nullable RunId parentRun)
            implements ActionCommand, Followed {}

    /** @param claim names the worker that asks: asked again, it gets the same answer */
    record StartAction(ActionId action, String claim, Instant at) implements ActionCommand, Followed {}

    /**
     * What came of the call that this worker made.
     *
     * @param redactions what had to be taken out of the answer
     */
    record RecordOutcome(ActionId action, String claim, Outcome outcome, List<Redaction> redactions, Instant at)
            implements ActionCommand, Followed {
        public RecordOutcome {
            redactions = List.copyOf(redactions);
        }

        /** Nothing had to be taken out. */
        RecordOutcome(ActionId action, String claim, Outcome outcome, Instant at) {
            this(action, claim, outcome, List.of(), at);
        }
    }

    /**
     * A person or program changed its mind, or it is stopped for good.
     *
     * @param cause what stops it; absent where somebody takes it back, who is told if that comes too late
     */
    record CancelAction(ActionId action, @Nullable Cause cause, Instant at) implements ActionCommand {

        /** Somebody takes it back. */
        CancelAction(ActionId action, Instant at) {
            this(action, null, at);
        }
    }

    /**
     * What this worker read before it calls.
     *
     * @param read the operation that read it
     * @param prior of it, what undoes the action is made of: JSON
     * @param redactions what had to be taken out of the answer
     */
    record RecordPrior(
            ActionId action,
            String claim,
            String read,
            long connectorVersion,
            String prior,
            List<Redaction> redactions,
            Instant at)
            implements ActionCommand {
        public RecordPrior {
            redactions = List.copyOf(redactions);
        }
    }

    /** This worker is about to look for the effect of its call, by a read that needs a credential. */
    record LendProbe(ActionId action, String claim, Instant at) implements ActionCommand {}

    /** Somebody wants its probe to look: what was called? */
    record PrepareProbe(ActionId action, Instant at) implements ActionCommand {}

    /** Its outcome was unknown, and is known. */
    record ReconcileAction(ActionId action, Finding finding, Instant at) implements ActionCommand {}

    /** Another action has undone it. */
    record CompensateAction(ActionId action, ActionId by, Instant at) implements ActionCommand {}

    /** The worker that ran it is gone. */
    record RecoverAction(ActionId action, Instant at) implements ActionCommand {}

    /** What the checks that this worker ran have answered, in their order; the last may have failed. */
    record RecordChecks(ActionId action, String claim, List<Checked> checked, Instant at) implements ActionCommand {
        public RecordChecks {
            checked = List.copyOf(checked);
        }
    }

    /** @param digest what the approver has seen; absent if it does not say */
    record GrantApproval(
            ActionId action, Approver approver, @Nullable String digest, String comment, Instant at)
            implements ActionCommand {}

    record DenyApproval(ActionId action, Approver approver, String reason, Instant at) implements ActionCommand {}

    /** Its time may be over: decided by what is journaled, so that a stale or early deadline changes nothing. */
    record ExpireApproval(ActionId action, Instant at) implements ActionCommand {}
}
