package execution;

import execution.gateway.Operation;
import tenancy.Target;

/** The answer to a worker that wants to start an action. */
sealed interface Start {

    /** The intent is committed: call the target, and record what came of it. */
    record Go(Operation operation, Target target, String arguments, String idempotencyKey) implements Start {}

    /** There is nothing to do: it was cancelled, or runs elsewhere, or cannot be started any more. */
    record Skip(ActionState state) implements Start {}
}
