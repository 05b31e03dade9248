package quota;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.RunId;

/**
 * Can it now: reserves before use, settles after. Every method is called inside the tenant's lane; what it changes is
 * committed with whatever else the command decides, or not at all.
 */
public interface Quotas {

    /** Reserves what the action is expected to use in every layer that counts it; a refusal changes nothing. */
    Reservation reserve(ActionEnvelope envelope, Instant now);

    /** What {@link #reserve} would say now; changes nothing. */
    Reservation preview(ActionEnvelope envelope, Instant now);

    /**
     * The action was executed: what was reserved for it is spent. Does nothing if it has no open reservation.
     *
     * @param actual what it used by the target's own account; null where it is as estimated
     */
    void settle(ActionId action, @Nullable Estimate actual, Instant now);

    /** The action will never be executed: what was reserved for it is free again. */
    void release(ActionId action, Instant now);

    /** Counts a run against the limit on concurrent runs; the cause if the limit is reached. */
    Optional<Cause> openRun(RunId run, String quotaClass, Instant now);

    /** The run has ended. Does nothing if it is not counted. */
    void closeRun(RunId run, Instant now);
}
