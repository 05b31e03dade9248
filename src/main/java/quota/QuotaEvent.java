package quota;

import java.time.Instant;
import org.axonframework.serialization.Revision;

/** All that can happen to limits and to what is used of them. */
public sealed interface QuotaEvent {

    /** Operators named a set of limits that tenants may subscribe to. */
    @Revision("1")
    record QuotaClassDefined(String name, Limits limits) implements QuotaEvent {}

    /** @param version how often the class was defined or changed, this change included */
    @Revision("1")
    record QuotaClassChanged(String name, Limits limits, long version) implements QuotaEvent {}

    /**
     * A tenant's ledger begins.
     *
     * @param window the UTC day it begins in, as days since 1970-01-01
     */
    @Revision("1")
    record BudgetOpened(long window) implements QuotaEvent {}

    /**
     * Units are set aside for an action that was admitted.
     *
     * @param budget the limit that is drawn on, such as {@code tool_calls_per_day}
     * @param window the UTC day that is charged, as days since 1970-01-01
     * @param used what is spent and reserved in that window, these units included
     * @param limit what was in force
     */
    @Revision("1")
    record BudgetReserved(String action, String budget, long units, long window, long used, long limit)
            implements QuotaEvent {}

    /** The action was executed: its units are spent, in the window that was charged. */
    @Revision("1")
    record BudgetSettled(String action, String budget, long units, long window) implements QuotaEvent {}

    /** The action will never be executed: its units are free again, in the window that was charged. */
    @Revision("1")
    record BudgetReleased(String action, String budget, long units, long window) implements QuotaEvent {}

    /** @param counted runs that are open, this one included */
    @Revision("1")
    record RunCounted(String run, long counted, long limit) implements QuotaEvent {}

    /** @param counted runs that are still open */
    @Revision("1")
    record RunUncounted(String run, long counted) implements QuotaEvent {}

    /** @param version how often this tenant's overrides were changed, this change included */
    @Revision("1")
    record OverrideSet(String limit, long value, Layer layer, long version) implements QuotaEvent {}

    /** @param version how often this tenant's overrides were changed, this change included */
    @Revision("1")
    record OverrideCleared(String limit, Layer layer, long version) implements QuotaEvent {}

    /**
     * Requests that the rate limit refused before they reached a lane, counted and not written down one by one.
     *
     * @param windowStart the first of them
     * @param windowEnd when they were counted up
     * @param limit requests a second that were in force
     */
    @Revision("1")
    record RequestsThrottled(Instant windowStart, Instant windowEnd, long count, long limit) implements QuotaEvent {}
}
