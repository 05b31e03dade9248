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

    /**
     * Reserves what the action is expected to use in every layer that counts it. A refusal uses nothing; it halts the
     * action's run if a cap of the run is the reason.
     */
    Reservation reserve(ActionEnvelope envelope, Instant now);

    /** What {@link #reserve} would say now, the opening of the run included; changes nothing. */
    Reservation preview(ActionEnvelope envelope, Instant now);

    /**
     * The action was executed: what was reserved for it is spent. Does nothing if it has no open reservation.
     *
     * @param actual what it used by the target's own account; null where it is as estimated
     */
    void settle(ActionId action, @Nullable Estimate actual, Instant now);

    /**
     * The same, while nobody knows whether the action was done: what was reserved for it is spent, and can be given back
     * when that is known.
     */
    void settleInDoubt(ActionId action, Instant now);

    /**
     * An action that was settled in doubt was not done: the tokens, the money and the bytes it was charged for are free
     * again, in the windows that were charged. The call stays counted. Does nothing if nothing is there to give back.
     */
    void giveBack(ActionId action);

    /** The action will never be executed: what was reserved for it is free again. */
    void release(ActionId action, Instant now);

    /**
     * Counts a run against the limits on concurrent runs and on depth. The cause if one is reached: of kind
     * {@code concurrency}, or {@code budget} for a depth that only a raised cap allows.
     */
    Optional<Cause> openRun(Opening opening);

    /** The run has ended. Does nothing if it is not counted. */
    void closeRun(RunId run, Instant now);

    /** Whether the run stopped at one of its caps, and that cap has not been raised since. */
    boolean isHalted(RunId run, String quotaClass);

    /**
     * Changes one cap of one open run.
     *
     * @param limit {@code run_actions}, {@code run_cost_micros}, {@code run_seconds} or {@code run_depth}
     * @param byOperator whether the operator sets it: a tenant may go up to what it was granted
     * @throws tenancy.Refusal for a cap that is none, a value out of range or above the grant, or a run that is not open
     */
    void capRun(RunId run, String limit, long value, boolean byOperator, String quotaClass);
}
