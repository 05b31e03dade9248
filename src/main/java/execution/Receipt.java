package execution;

import execution.ActionEvent.Ruling;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import quota.Reservation.Draw;
import tenancy.ActionId;
import tenancy.Cause;

/**
 * The answer to a submitted action, given once the decision is committed.
 *
 * @param state {@code queued}, {@code approval_required}, or why not
 * @param replayed whether this is the answer to an earlier request with the same idempotency key
 * @param shadow what a version of the policy that is only tried out would have said
 * @param tightest what was drawn on the limit with the least left; absent if nothing was set aside now
 */
record Receipt(
        ActionId action,
        ActionState state,
        @Nullable Cause cause,
        @Nullable String remedy,
        Instant decidedAt,
        boolean replayed,
        Ruling.@Nullable Shadow shadow,
        @Nullable Draw tightest) {

    static Receipt queued(ActionId action, Instant decidedAt, Ruling.@Nullable Shadow shadow, @Nullable Draw tightest) {
        return new Receipt(action, ActionState.QUEUED, null, null, decidedAt, false, shadow, tightest);
    }

    static Receipt replay(ActionId action, ActionState first, Instant decidedAt) {
        return new Receipt(action, first, null, null, decidedAt, true, null, null);
    }

    /** Not admitted: refused, or held until people have agreed. */
    static Receipt refused(
            ActionId action,
            ActionState state,
            Cause cause,
            String remedy,
            Instant decidedAt,
            Ruling.@Nullable Shadow shadow) {
        return new Receipt(action, state, cause, remedy, decidedAt, false, shadow, null);
    }
}
