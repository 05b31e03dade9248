package quota;

import tenancy.Cause;

/** What the quota says of one envelope. */
public sealed interface Reservation {

    /**
     * @param budget the limit that was drawn on, such as {@code tool_calls_per_day}
     * @param used what is spent and reserved of it, this reservation included
     */
    record Granted(String budget, long used, long limit) implements Reservation {}

    /** A rate or concurrency limit is reached: the same request can succeed later by itself. */
    record Throttled(Cause cause) implements Reservation {}

    /** A budget is used up until it resets or is raised. */
    record BudgetExceeded(Cause cause) implements Reservation {}
}
