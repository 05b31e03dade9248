package quota;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** All that quota classes and budgets can be asked from outside; reserving and settling is a door call in a lane. */
sealed interface QuotaCommand {

    /** Defines the class, or replaces its limits. */
    record DefineQuotaClass(@TargetAggregateIdentifier QuotaClassId quotaClass, Limits limits)
            implements QuotaCommand {}

    /** @param quotaClass the tenant's own, whose limits the override is measured by */
    record SetOverride(
            @TargetAggregateIdentifier BudgetId budget,
            Scope scope,
            LimitName limit,
            long value,
            Layer layer,
            String quotaClass,
            Instant now)
            implements QuotaCommand {}

    record ClearOverride(
            @TargetAggregateIdentifier BudgetId budget,
            Scope scope,
            LimitName limit,
            Layer layer,
            String quotaClass,
            Instant now)
            implements QuotaCommand {}

    record ChangeSettings(
            @TargetAggregateIdentifier BudgetId budget, ZoneId zone, List<Integer> thresholds, Instant now)
            implements QuotaCommand {}

    record CountThrottled(
            @TargetAggregateIdentifier BudgetId budget, Instant windowStart, Instant windowEnd, long count, long limit)
            implements QuotaCommand {}

    /** Gives back what is older than the lifetime and belongs to no action that is under way. */
    record SweepReservations(
            @TargetAggregateIdentifier BudgetId budget, Duration lifetime, int after, int most, Instant now)
            implements QuotaCommand {}

    /**
     * Reads what is used, in the tenant's lane: the figure that the next decision will see.
     *
     * @param quotaClass the tenant's own
     */
    record ReadUse(@TargetAggregateIdentifier BudgetId budget, String quotaClass, Instant now)
            implements QuotaCommand {}

    /** What one run uses of its caps. */
    record ReadRunUse(@TargetAggregateIdentifier BudgetId budget, String run, String quotaClass, Instant now)
            implements QuotaCommand {}
}
