package execution.rollback;

import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** All that can be asked of a plan to undo. */
sealed interface RollbackCommand {

    /** Computes what could be undone, with the connectors as they are described now. */
    record PlanRollback(
            @TargetAggregateIdentifier RollbackId rollback, RollbackScope scope, PastEffects.Found found, Instant at)
            implements RollbackCommand {}

    /**
     * Begins to undo.
     *
     * @param digest of the plan that was seen
     * @param found the effects as they are now: a plan that would be another one by now is not executed
     */
    record StartRollback(
            @TargetAggregateIdentifier RollbackId rollback,
            String digest,
            boolean includeConflicts,
            PastEffects.Found found,
            Instant at)
            implements RollbackCommand {}

    record NoteAsked(@TargetAggregateIdentifier RollbackId rollback, int step, String action, Instant at)
            implements RollbackCommand {}

    record EndStep(
            @TargetAggregateIdentifier RollbackId rollback,
            int step,
            @Nullable String action,
            String outcome,
            @Nullable String reason,
            Instant at)
            implements RollbackCommand {}

    record EndRollback(@TargetAggregateIdentifier RollbackId rollback, Instant at) implements RollbackCommand {}

    record ReadRollback(@TargetAggregateIdentifier RollbackId rollback) implements RollbackCommand {}
}
