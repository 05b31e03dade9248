package execution.rollback;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.ActionState;
import execution.rollback.RollbackEvent.RollbackEnded;
import execution.rollback.RollbackEvent.RollbackPlanned;
import execution.rollback.RollbackEvent.RollbackStarted;
import execution.rollback.RollbackEvent.StepAsked;
import execution.rollback.RollbackEvent.StepEnded;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tenancy.Conflict;
import tenancy.TenantContext;

/** One plan to undo, and what came of it. What a plan says never changes; it is executed once, or never. */
@NullUnmarked
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock")
class Rollback {

    @AggregateIdentifier
    private String id;

    private RollbackPlanned plan;
    private String plannedBy;
    private RollbackStarted started;
    private String startedBy;
    private RollbackEnded ended;
    private Map<Integer, StepAsked> asked = new TreeMap<>();
    private Map<Integer, StepEnded> results = new TreeMap<>();

    Rollback() {}

    Rollback(RollbackId rollback, RollbackScope scope, long through, List<Step> steps, String digest, Instant at) {
        id = rollback.toString();
        apply(new RollbackPlanned(rollback.key(), scope, through, steps, digest, at));
    }

    RollbackScope scope() {
        return plan.scope();
    }

    /** @param now digest of what the plan would be now */
    void start(String digest, boolean includeConflicts, String now, Instant at) {
        if (!digest.equals(plan.digest())) {
            throw new Conflict(
                    "rollback_digest_mismatch",
                    "Plan %s has another digest: read it again before you execute it.".formatted(plan.rollback()));
        }
        if (started != null) {
            throw new Conflict(
                    "rollback_started",
                    "Plan %s has been executed since %s: read what came of it."
                            .formatted(plan.rollback(), started.startedAt()));
        }
        if (!digest.equals(now)) {
            throw new Conflict(
                    "rollback_outdated",
                    "Something has happened since plan %s was made that it does not take into account: make another."
                            .formatted(plan.rollback()));
        }
        apply(new RollbackStarted(plan.rollback(), digest, includeConflicts, at));
    }

    void asked(int step, String action, Instant at) {
        if (!asked.containsKey(step)) {
            apply(new StepAsked(plan.rollback(), step, step(step).undoes(), action, at));
        }
    }

    void end(int step, @Nullable String action, String outcome, @Nullable String reason, Instant at) {
        if (!results.containsKey(step)) {
            apply(new StepEnded(plan.rollback(), step, step(step).undoes(), action, outcome, reason, at));
        }
    }

    void end(Instant at) {
        if (ended == null) {
            long undone = results.values().stream()
                    .filter(result -> result.outcome().equals(ActionState.SUCCEEDED.word()))
                    .count();
            apply(new RollbackEnded(plan.rollback(), undone, plan.steps().size() - undone, at));
        }
    }

    private Step step(int number) {
        return plan.steps().get(number - 1);
    }

    RollbackView view() {
        return RollbackView.of(plan, plannedBy, started, startedBy, ended, asked, results);
    }

    @EventSourcingHandler
    void on(
            RollbackEvent event,
            @SourceId String source,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String principal) {
        switch (event) {
            case RollbackPlanned planned -> {
                id = source;
                plan = planned;
                plannedBy = principal;
            }
            case RollbackStarted begun -> {
                started = begun;
                startedBy = principal;
            }
            case StepAsked step -> asked.put(step.step(), step);
            case StepEnded result -> results.put(result.step(), result);
            case RollbackEnded last -> ended = last;
        }
    }
}
