package execution.rollback;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import execution.rollback.RollbackEvent.RollbackEnded;
import execution.rollback.RollbackEvent.RollbackPlanned;
import execution.rollback.RollbackEvent.RollbackStarted;
import execution.rollback.RollbackEvent.StepAsked;
import execution.rollback.RollbackEvent.StepEnded;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan to undo, and how far it has come.
 *
 * @param state {@code planned}, {@code running} or {@code ended}
 * @param digest what to name when it is to be executed
 * @param journalSequence the journal's last entry that the plan takes into account
 * @param counts steps by verdict
 * @param undone effects that were undone; absent until it has ended
 * @param notUndone effects that were not; absent until it has ended
 */
record RollbackView(
        @JsonProperty("rollback_id") String rollback,
        String state,
        RollbackScope scope,
        String digest,
        long journalSequence,
        Instant plannedAt,
        String plannedBy,
        @Nullable Instant startedAt,
        @Nullable String startedBy,
        @Nullable Boolean includeConflicts,
        @Nullable Instant endedAt,
        @Nullable Long undone,
        @Nullable Long notUndone,
        Counts counts,
        List<StepView> steps) {

    static final String RUNNING = "running";

    /** How many effects the plan says what of; {@code conflicts} counts reversible ones that something touched later. */
    record Counts(long reversible, long undone, long irreversible, long unknown, long conflicts) {

        static Counts of(List<Step> steps) {
            return new Counts(
                    count(steps, Step.Verdict.REVERSIBLE),
                    count(steps, Step.Verdict.UNDONE),
                    count(steps, Step.Verdict.IRREVERSIBLE),
                    count(steps, Step.Verdict.UNKNOWN),
                    steps.stream()
                            .filter(step -> step.verdict() == Step.Verdict.REVERSIBLE && !step.isSafe())
                            .count());
        }

        private static long count(List<Step> steps, Step.Verdict verdict) {
            return steps.stream().filter(step -> step.verdict() == verdict).count();
        }
    }

    /**
     * One step, and what came of it.
     *
     * @param action the action that undoes; absent while none was asked for
     * @param outcome the state it ended in, or {@code skipped} or {@code refused}; absent while it has not ended
     * @param why it was not done
     */
    record StepView(
            @JsonUnwrapped Step step,
            @JsonProperty("action_id") @Nullable String action,
            @Nullable String outcome,
            @Nullable String why) {}

    static RollbackView of(
            RollbackPlanned plan,
            String plannedBy,
            @Nullable RollbackStarted started,
            @Nullable String startedBy,
            @Nullable RollbackEnded ended,
            Map<Integer, StepAsked> asked,
            Map<Integer, StepEnded> results) {
        return new RollbackView(
                plan.rollback(),
                ended != null ? "ended" : started != null ? RUNNING : "planned",
                plan.scope(),
                plan.digest(),
                plan.through(),
                plan.plannedAt(),
                plannedBy,
                started == null ? null : started.startedAt(),
                startedBy,
                started == null ? null : (Boolean) started.includeConflicts(),
                ended == null ? null : ended.endedAt(),
                ended == null ? null : (Long) ended.undone(),
                ended == null ? null : (Long) ended.notUndone(),
                Counts.of(plan.steps()),
                plan.steps().stream()
                        .map(step -> {
                            StepAsked sent = asked.get(step.number());
                            StepEnded result = results.get(step.number());
                            return new StepView(
                                    step,
                                    sent == null ? null : sent.action(),
                                    result == null ? null : result.outcome(),
                                    result == null ? null : result.reason());
                        })
                        .toList());
    }
}
