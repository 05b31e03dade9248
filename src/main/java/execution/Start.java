package execution;

import execution.gateway.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import secrets.Lease;
import tenancy.Target;

/** The answer to a worker that wants to start an action. */
sealed interface Start {

    /**
     * The intent is committed: call the target, and record what came of it.
     *
     * @param lease of the credential that the operation needs; absent if it needs none
     * @param before what to read first, and to have written down: what is there before the effect; absent if nothing is
     */
    record Go(
            Operation operation,
            Target target,
            String arguments,
            String idempotencyKey,
            @Nullable Lease lease,
            @Nullable Before before)
            implements Start {}

    /**
     * A read of the same system.
     *
     * @param arguments canonical JSON, validated
     */
    record Before(
            Operation operation,
            Target target,
            String arguments,
            @Nullable Lease lease) {

        Before with(@Nullable Lease lent) {
            return new Before(operation, target, arguments, lent);
        }
    }

    /** Not yet: ask these first, in order, and record what they answered. */
    record Check(List<Call> calls) implements Start {
        public Check {
            calls = List.copyOf(calls);
        }
    }

    /**
     * It is contained, and waits for the release.
     *
     * @param epoch of the tenant's postures when that was decided
     */
    record Held(long epoch) implements Start {}

    /** It was never admitted: the commit that was to admit it did not come about. */
    record Absent() implements Start {}

    /** There is nothing to do: it was cancelled, or runs elsewhere, or cannot be started any more. */
    record Skip(ActionState state) implements Start {}

    /**
     * A check's call.
     *
     * @param rule the rule that asks for it
     * @param arguments canonical JSON, validated
     * @param lease of the credential that the operation needs; absent if it needs none
     */
    record Call(
            String rule,
            Operation operation,
            Target target,
            String arguments,
            @Nullable Lease lease) {

        Call with(@Nullable Lease lent) {
            return new Call(rule, operation, target, arguments, lent);
        }
    }
}
