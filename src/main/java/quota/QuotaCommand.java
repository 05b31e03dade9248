package quota;

import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;

/** All that quota classes and budgets can be asked from outside; reserving and settling is a door call in a lane. */
sealed interface QuotaCommand {

    /** Defines the class, or replaces its limits. */
    record DefineQuotaClass(@TargetAggregateIdentifier QuotaClassId quotaClass, Limits limits)
            implements QuotaCommand {}

    /** @param quotaClass the tenant's own, whose limits the override is measured by */
    record SetOverride(
            @TargetAggregateIdentifier BudgetId budget,
            Limit limit,
            long value,
            Layer layer,
            String quotaClass,
            Instant now)
            implements QuotaCommand {}

    record ClearOverride(@TargetAggregateIdentifier BudgetId budget, Limit limit, Layer layer, Instant now)
            implements QuotaCommand {}

    record CountThrottled(
            @TargetAggregateIdentifier BudgetId budget, Instant windowStart, Instant windowEnd, long count, long limit)
            implements QuotaCommand {}

    /** Reads what is used, in the tenant's lane: the figure that the next decision will see. */
    record ReadUse(@TargetAggregateIdentifier BudgetId budget, Instant now) implements QuotaCommand {}
}
