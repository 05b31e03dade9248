package quota;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** All that can happen to limits and to what is used of them. */
public sealed interface QuotaEvent {

    /** Operators named a set of limits that tenants may subscribe to. */
    @Revision("1")
    record QuotaClassDefined(String name, Limits limits) implements QuotaEvent {}

    /** @param version how often the class was defined or changed, this change included */
    @Revision("1")
    record QuotaClassChanged(String name, Limits limits, long version) implements QuotaEvent {}

    /** A tenant's ledger begins. */
    @Revision("1")
    record BudgetOpened(Instant at) implements QuotaEvent {}

    /**
     * Units of one limit that are set aside.
     *
     * @param limit such as {@code tool_calls_per_day}
     * @param scope {@code tenant}, {@code workspace:<id>}, {@code agent:<id>} or {@code run:<id>}
     * @param window the window that is charged: a day since 1970-01-01, a month since year 0, a bucket of a sliding window
     *     since 1970; 0 for a run
     * @param used what is spent and reserved in that window, these units included
     * @param of the limit in force
     */
    record Drawn(String limit, String scope, long units, long window, long used, long of) {}

    /**
     * Everything that is set aside for one action that was admitted, in all limits at once.
     *
     * @param operation {@code <system>/<operation>}
     * @param amounts what it is expected to use
     */
    @Revision("1")
    record BudgetReserved(String action, String run, String operation, Amounts amounts, List<Drawn> draws, Instant at)
            implements QuotaEvent {

        public BudgetReserved {
            draws = List.copyOf(draws);
        }
    }

    /**
     * How far an action went beyond a limit because it used more than was expected.
     *
     * @param units no more than its own error
     */
    record Overdrawn(String limit, String scope, long units) {}

    /**
     * The action was executed: what it used is spent, in the windows that were charged.
     *
     * @param spent what it used
     * @param day the day it was reserved on, in the tenant's time zone, such as {@code 2026-11-23}
     */
    @Revision("1")
    record BudgetSettled(
            String action, String run, String operation, Amounts spent, List<Overdrawn> overdrawn, String day)
            implements QuotaEvent {

        public BudgetSettled {
            overdrawn = List.copyOf(overdrawn);
        }
    }

    /** The action that is settled next may not have been done. */
    @Revision("1")
    record BudgetDoubted(String action) implements QuotaEvent {}

    /**
     * An action that was settled in doubt was not done.
     *
     * @param givenBack what it was charged for and did not use, taken from the windows that were charged
     */
    @Revision("1")
    record BudgetCorrected(String action, String run, String operation, Amounts givenBack) implements QuotaEvent {}

    /** The action will never be executed: its units are free again, in the windows that were charged. */
    @Revision("1")
    record BudgetReleased(String action, Amounts amounts, Reason reason) implements QuotaEvent {

        /** Why units came back. */
        public enum Reason {
            /** The action was cancelled, or nothing of it left the platform. */
            RELEASED,
            /** Nobody settled them in their lifetime, and the action is not under way. */
            EXPIRED
        }
    }

    /**
     * So much of a limit is used, for the first time in its window.
     *
     * @param percent the threshold
     */
    @Revision("1")
    record BudgetThresholdReached(String limit, String scope, long window, int percent, long used, long limitValue)
            implements QuotaEvent {}

    /**
     * A run may be open.
     *
     * @param counted runs that are open, this one included
     * @param parent the run that started it
     * @param depth runs that it is below
     */
    @Revision("1")
    record RunCounted(
            String run,
            long counted,
            long limit,
            String workspace,
            String agent,
            @Nullable String parent,
            int depth,
            Instant at)
            implements QuotaEvent {}

    /** @param counted runs that are still open */
    @Revision("1")
    record RunUncounted(String run, long counted) implements QuotaEvent {}

    /** A run has no room for an action under one of its caps: nothing more is admitted in it until that cap is raised. */
    @Revision("1")
    record RunHalted(String run, String limit, long used, long limitValue) implements QuotaEvent {}

    /** One cap of one run was changed. */
    @Revision("1")
    record RunCapSet(String run, String limit, long value, Layer layer) implements QuotaEvent {}

    /** @param version how often this tenant's overrides were changed, this change included */
    @Revision("1")
    record OverrideSet(String scope, String limit, long value, Layer layer, long version) implements QuotaEvent {}

    /** @param version how often this tenant's overrides were changed, this change included */
    @Revision("1")
    record OverrideCleared(String scope, String limit, Layer layer, long version) implements QuotaEvent {}

    /** The tenant's days and months begin by this zone's clocks; windows that are open end no earlier than before. */
    @Revision("1")
    record TimeZoneSet(ZoneId zone) implements QuotaEvent {}

    /** @param percents how much of a limit is used when its tenant is warned */
    @Revision("1")
    record ThresholdsSet(List<Integer> percents) implements QuotaEvent {

        public ThresholdsSet {
            percents = List.copyOf(percents);
        }
    }

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
