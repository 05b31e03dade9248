package execution;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.ActionView.Attempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.TenantContext;

/** An action's events, in order, told as one story. */
final class ActionHistory {

    private final Map<String, ?> metaData;
    private final ActionEvent decision;
    private final List<Attempt> attempts = new ArrayList<>();
    private ActionEvent last;

    /** @param metaData of the decision: on whose behalf it was asked for */
    ActionHistory(ActionEvent decision, Map<String, ?> metaData) {
        this.decision = decision;
        this.metaData = metaData;
        this.last = decision;
    }

    void then(ActionEvent event) {
        last = event;
        switch (event) {
            case ActionStarted started ->
                attempts.add(
                        new Attempt(started.attempt(), started.startedAt(), null, null, started.connectorVersion()));
            case ActionRequeued _, ActionSucceeded _, ActionFailed _, ActionOutcomeUnknown _ -> endAttempt(event);
            case ActionQueued _, ActionRefused _, ActionCancelled _ -> {}
        }
    }

    String agent() {
        return meta(TenantContext.AGENT);
    }

    boolean isQueued() {
        return stateAfter(last) == ActionState.QUEUED;
    }

    /** What was admitted; null if it was refused. */
    @Nullable
    ActionQueued admitted() {
        return decision instanceof ActionQueued queued ? queued : null;
    }

    ActionView view() {
        return switch (decision) {
            case ActionQueued queued ->
                view(
                        queued.requested(),
                        why(queued.requested(), queued.ruling(), "allowed", queued),
                        null,
                        queued.decidedAt());
            case ActionRefused refused ->
                view(
                        refused.requested(),
                        why(
                                refused.requested(),
                                refused.ruling(),
                                refused.state() == ActionState.DENIED ? "denied" : "allowed",
                                null),
                        refused.remedy(),
                        refused.decidedAt());
            default -> throw new IllegalStateException("An action cannot begin with " + decision);
        };
    }

    private ActionView view(Requested asked, ActionView.Why why, @Nullable String remedy, Instant decidedAt) {
        Cause cause = causeOf(last);
        return new ActionView(
                decision.action(),
                meta(TenantContext.RUN),
                agent(),
                meta(TenantContext.WORKSPACE),
                asked.system(),
                asked.operation(),
                asked.effect(),
                asked.target(),
                StoredJson.tree(asked.arguments()),
                asked.dataClasses(),
                asked.model(),
                stateAfter(last),
                cause,
                cause == null ? null : cause.resetsAt(),
                remedy,
                decidedAt,
                last.endsIt() ? timeOf(last) : null,
                why,
                List.copyOf(attempts),
                Answer.Result.of(last),
                null);
    }

    private ActionView.Why why(Requested asked, Ruling ruling, String verdict, @Nullable ActionQueued admitted) {
        Reserved reservation = admitted == null ? null : admitted.reservation();
        return new ActionView.Why(
                meta(TenantContext.PROFILE),
                ruling.version(),
                verdict,
                ruling.rules(),
                meta(TenantContext.QUOTA_CLASS),
                reservation,
                admitted == null ? null : admitted.pool(),
                asked.estimate(),
                asked.connectorVersion(),
                asked.schemaDigest(),
                admitted == null ? null : IdempotencyKeys.sent(admitted.idempotencyKey()),
                meta(TenantContext.PRINCIPAL),
                Origin.text(metaData, TenantContext.REQUEST));
    }

    private void endAttempt(ActionEvent event) {
        if (!attempts.isEmpty()) {
            Attempt open = attempts.removeLast();
            attempts.add(new Attempt(
                    open.attempt(), open.startedAt(), timeOf(event), stateAfter(event), open.connectorVersion()));
        }
    }

    private String meta(String key) {
        String value = Origin.text(metaData, key);
        return value == null ? "" : value;
    }

    static ActionState stateAfter(ActionEvent event) {
        return switch (event) {
            case ActionQueued _, ActionRequeued _ -> ActionState.QUEUED;
            case ActionRefused refused -> refused.state();
            case ActionStarted _ -> ActionState.RUNNING;
            case ActionSucceeded _ -> ActionState.SUCCEEDED;
            case ActionFailed _ -> ActionState.FAILED;
            case ActionOutcomeUnknown _ -> ActionState.OUTCOME_UNKNOWN;
            case ActionCancelled _ -> ActionState.CANCELLED;
        };
    }

    static @Nullable Cause causeOf(ActionEvent event) {
        return switch (event) {
            case ActionRefused refused -> refused.cause();
            case ActionFailed failed -> failed.cause();
            case ActionOutcomeUnknown unknown -> unknown.cause();
            case ActionQueued _, ActionRequeued _, ActionStarted _, ActionSucceeded _, ActionCancelled _ -> null;
        };
    }

    static Instant timeOf(ActionEvent event) {
        return switch (event) {
            case ActionQueued queued -> queued.decidedAt();
            case ActionRefused refused -> refused.decidedAt();
            case ActionStarted started -> started.startedAt();
            case ActionRequeued requeued -> requeued.requeuedAt();
            case ActionSucceeded done -> done.endedAt();
            case ActionFailed failed -> failed.endedAt();
            case ActionOutcomeUnknown unknown -> unknown.endedAt();
            case ActionCancelled cancelled -> cancelled.endedAt();
        };
    }
}
