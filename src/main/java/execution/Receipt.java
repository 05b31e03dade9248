package execution;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.Cause;

/**
 * The answer to a submitted action, given once the decision is committed.
 *
 * @param state {@code queued}, or why not
 * @param replayed whether this is the answer to an earlier request with the same idempotency key
 */
record Receipt(
        ActionId action,
        ActionState state,
        @Nullable Cause cause,
        @Nullable String remedy,
        Instant decidedAt,
        boolean replayed) {

    static Receipt queued(ActionId action, Instant decidedAt) {
        return new Receipt(action, ActionState.QUEUED, null, null, decidedAt, false);
    }

    static Receipt replay(ActionId action, Instant decidedAt) {
        return new Receipt(action, ActionState.QUEUED, null, null, decidedAt, true);
    }

    static Receipt refused(ActionId action, ActionState state, Cause cause, String remedy, Instant decidedAt) {
        return new Receipt(action, state, cause, remedy, decidedAt, false);
    }
}
