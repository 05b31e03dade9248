package execution.rollback;

import java.time.Instant;
import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** All that can happen to a plan to undo. */
public sealed interface RollbackEvent {

    /** Its key within its tenant. */
    String rollback();

    /**
     * It was computed; nothing is done yet.
     *
     * @param through the journal's last entry that it takes into account
     * @param steps last effect first
     * @param digest SHA-256 over scope and steps: whoever executes it names what was seen
     */
    @Revision("1")
    record RollbackPlanned(
            String rollback, RollbackScope scope, long through, List<Step> steps, String digest, Instant plannedAt)
            implements RollbackEvent {

        public RollbackPlanned {
            steps = List.copyOf(steps);
        }
    }

    /**
     * Somebody who has seen it wants it done.
     *
     * @param includeConflicts whether records that something else touched later are undone too
     */
    @Revision("1")
    record RollbackStarted(String rollback, String digest, boolean includeConflicts, Instant startedAt)
            implements RollbackEvent {}

    /**
     * The action that undoes was asked for.
     *
     * @param undoes the action whose effect it undoes
     * @param action the one that undoes it
     */
    @Revision("1")
    record StepAsked(String rollback, int step, String undoes, String action, Instant askedAt)
            implements RollbackEvent {}

    /**
     * What came of one step.
     *
     * @param action the action that was asked for; absent if none was
     * @param outcome the state that it ended in; {@code skipped} or {@code refused} if none was asked for
     * @param reason why it was not done; absent if it was
     */
    @Revision("1")
    record StepEnded(
            String rollback,
            int step,
            String undoes,
            @Nullable String action,
            String outcome,
            @Nullable String reason,
            Instant endedAt)
            implements RollbackEvent {}

    /** Nothing more will be done of it. */
    @Revision("1")
    record RollbackEnded(String rollback, long undone, long notUndone, Instant endedAt) implements RollbackEvent {}
}
