package execution;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.gateway.Outcome;
import java.time.Instant;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Conflict;

/**
 * One action's life: queued, running, and one of succeeded, failed, outcome_unknown; or cancelled while it waits; or
 * refused from the start. What is final stays.
 */
@NullUnmarked
@Aggregate(cache = "aggregateCache")
class Action {

    @AggregateIdentifier
    private String id;

    private String key;
    private ActionState state;
    private ActionQueued queued;
    private int attempt;
    private String claim;
    private boolean idempotent;

    Action() {}

    /** @param decision {@link ActionQueued} or {@link ActionRefused} */
    Action(ActionId id, ActionEvent decision) {
        this.id = id.toString();
        apply(decision);
    }

    ActionState state() {
        return state;
    }

    /** What was admitted; only of an action that was. */
    ActionQueued queued() {
        return queued;
    }

    /** Whether this worker has started the action and owes its outcome. */
    boolean runsFor(String worker) {
        return state == ActionState.RUNNING && worker.equals(claim);
    }

    void start(String worker, boolean mayRepeat, long connectorVersion, String schemaDigest, Instant at) {
        require(ActionState.QUEUED);
        apply(new ActionStarted(key, attempt + 1, worker, mayRepeat, connectorVersion, schemaDigest, at));
    }

    /** It cannot even be started: nothing left the platform. */
    ActionEvent fail(String code, Cause cause, Instant at) {
        require(ActionState.QUEUED);
        return applied(new ActionFailed(key, attempt, null, code, cause, 0, at));
    }

    ActionEvent record(Outcome outcome, Instant at) {
        require(ActionState.RUNNING);
        return applied(
                switch (outcome) {
                    case Outcome.Succeeded done ->
                        new ActionSucceeded(key, attempt, done.status(), done.result(), done.attempts(), at);
                    case Outcome.Failed failed ->
                        new ActionFailed(
                                key, attempt, failed.status(), failed.code(), failed.cause(), failed.attempts(), at);
                    case Outcome.Unknown unknown ->
                        new ActionOutcomeUnknown(key, attempt, unknown.code(), unknown.cause(), unknown.attempts(), at);
                });
    }

    ActionEvent cancel(Instant at) {
        if (state != ActionState.QUEUED) {
            throw new Conflict(
                    "not_cancellable",
                    "Action %s is %s: only an action that is queued can be cancelled.".formatted(key, state.word()));
        }
        return applied(new ActionCancelled(key, at));
    }

    /** Its worker is gone: it is queued again if it may be repeated, else nobody knows what came of it. */
    ActionEvent recover(Instant at) {
        require(ActionState.RUNNING);
        if (idempotent) {
            return applied(new ActionRequeued(key, attempt, "interrupted", at));
        }
        Cause cause = new Cause(
                Cause.Owner.PLATFORM,
                "interrupted",
                null,
                null,
                null,
                null,
                null,
                null,
                "The platform stopped between the call and its answer, and the operation is not idempotent.");
        return applied(new ActionOutcomeUnknown(key, attempt, "interrupted", cause, 1, at));
    }

    private static ActionEvent applied(ActionEvent event) {
        apply(event);
        return event;
    }

    private void require(ActionState needed) {
        if (state != needed) {
            throw new IllegalStateException("Action %s is %s, not %s.".formatted(id, state, needed));
        }
    }

    @EventSourcingHandler
    void on(ActionEvent event, @SourceId String source) {
        switch (event) {
            case ActionQueued admitted -> {
                id = source;
                key = admitted.action();
                queued = admitted;
                state = ActionState.QUEUED;
            }
            case ActionRefused refused -> {
                id = source;
                key = refused.action();
                state = refused.state();
            }
            case ActionStarted started -> {
                attempt = started.attempt();
                claim = started.claim();
                idempotent = started.idempotent();
                state = ActionState.RUNNING;
            }
            case ActionRequeued requeued -> state = ActionState.QUEUED;
            case ActionSucceeded succeeded -> end(ActionState.SUCCEEDED);
            case ActionFailed failed -> end(ActionState.FAILED);
            case ActionOutcomeUnknown unknown -> end(ActionState.OUTCOME_UNKNOWN);
            case ActionCancelled cancelled -> end(ActionState.CANCELLED);
        }
    }

    /** An ended action stays in the cache for a while: without what only a worker needs. */
    private void end(ActionState last) {
        state = last;
        queued = null;
    }
}
