package execution;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionCompensated;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionReconciled;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.ArgumentsDropped;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.ChecksStarted;
import execution.ActionEvent.Kept;
import execution.ActionEvent.PriorRead;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.ResultRedacted;
import execution.ActionEvent.Ruling;
import execution.ActionView.Attempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import policy.AuditLevel;
import tenancy.Cause;
import tenancy.LongWork;
import tenancy.Postures;
import tenancy.Subject;
import tenancy.TenantContext;
import tenancy.TenantId;

/** An action's events, in order, told as one story. */
final class ActionHistory {

    private static final String DESTROYED = "destroyed";

    private final TenantId tenant;
    private final Map<String, ?> metaData;
    private final Instant decidedAt;
    private final String action;
    private final List<Attempt> attempts = new ArrayList<>();
    private final AskedPeople people;
    private final AskedSystems systems = new AskedSystems();
    private Requested requested;
    private Ruling ruling;
    private String verdict;
    private @Nullable Admitted admitted;
    private @Nullable String idempotencyKey;
    private ActionEvent last;
    /** What came of it by itself; whatever was done about it later. */
    private ActionEvent ended;

    private @Nullable String compensatedBy;
    private ActionView.@Nullable Reconciled reconciled;

    /** @param metaData of the decision: on whose behalf it was asked for */
    ActionHistory(TenantId tenant, ActionEvent decision, Map<String, ?> metaData) {
        this.tenant = tenant;
        this.metaData = metaData;
        this.action = decision.action();
        this.decidedAt = timeOf(decision);
        this.last = decision;
        this.ended = decision;
        this.people = new AskedPeople(text(metaData, TenantContext.PRINCIPAL));
        switch (decision) {
            case ActionQueued queued -> {
                requested = queued.requested();
                ruling = queued.ruling();
                verdict = "allowed";
                admitted = admitted(queued.pool(), queued.reservation(), false);
                idempotencyKey = queued.idempotencyKey();
            }
            case ActionHeld held -> {
                requested = held.requested();
                ruling = held.ruling();
                verdict = "needs_approval";
                idempotencyKey = held.idempotencyKey();
                people.ask(held.hold(), held.decidedAt());
            }
            case ActionRefused refused -> {
                requested = refused.requested();
                ruling = refused.ruling();
                verdict = switch (refused.state()) {
                    case DENIED -> "denied";
                    case FROZEN -> "not_asked";
                    default -> "allowed";
                };
            }
            default -> throw new IllegalStateException("An action cannot begin with " + decision);
        }
    }

    /** The story of these events of one action, in order; null if there are none. */
    static @Nullable ActionHistory of(TenantId tenant, Iterator<? extends EventMessage<?>> events) {
        ActionHistory history = null;
        while (events.hasNext()) {
            EventMessage<?> message = events.next();
            var event = (ActionEvent) message.getPayload();
            if (history == null) {
                history = new ActionHistory(tenant, event, message.getMetaData());
            } else {
                history.then(event);
            }
        }
        return history;
    }

    /** Where it was queued, and what was reserved for it. */
    record Admitted(String pool, String system, String operation, Reserved reservation, Reachable reach) {}

    private Admitted admitted(String pool, Reserved reservation, boolean granted) {
        TenantContext context = Origin.context(tenant, metaData);
        return new Admitted(
                pool,
                requested.system(),
                requested.operation(),
                reservation,
                Reachable.of(context, requested, granted));
    }

    void then(ActionEvent event) {
        if (event instanceof ArgumentsDropped) {
            return;
        }
        if (!(event instanceof ActionCompensated)) {
            ended = event;
        }
        last = event;
        people.then(event);
        systems.then(event);
        switch (event) {
            case ActionStarted started ->
                attempts.add(new Attempt(
                        started.attempt(),
                        started.startedAt(),
                        null,
                        null,
                        started.connectorVersion(),
                        started.lease() == null ? null : started.lease().id()));
            case ActionRequeued _, ActionSucceeded _, ActionFailed _, ActionOutcomeUnknown _ -> endAttempt(event);
            case ChecksRequired _ -> verdict = "needs_check";
            case ApprovalRequested asked -> {
                requested = asked.requested();
                ruling = asked.ruling();
                admitted = null;
            }
            case ActionReleased released -> {
                requested = released.requested();
                ruling = released.ruling();
                admitted = admitted(released.pool(), released.reservation(), true);
            }
            case ApprovalVoided voided -> {
                if (voided.ruling() != null) {
                    ruling = voided.ruling();
                    verdict = "denied";
                }
            }
            case ActionCompensated undone -> compensatedBy = undone.by();
            case ActionQueued _,
                    ActionHeld _,
                    ActionRefused _,
                    PriorRead _,
                    ResultRedacted _,
                    ActionCancelled _,
                    ApprovalGranted _,
                    ApprovalDenied _,
                    ApprovalExpired _,
                    ChecksStarted _,
                    CheckPassed _,
                    CheckFailed _,
                    ArgumentsDropped _ -> {}
            case ActionReconciled known ->
                reconciled = new ActionView.Reconciled(known.how(), known.by(), known.evidence(), known.reconciledAt());
        }
    }

    String agent() {
        return text(metaData, TenantContext.AGENT);
    }

    boolean isQueued() {
        return stateAfter(last) == ActionState.QUEUED;
    }

    /** What was admitted; null if it was refused, or still waits for people. */
    @Nullable
    Admitted admitted() {
        return admitted;
    }

    /** Tells when what waits for people is over, or was: clocks of what is frozen stand still. */
    ActionHistory told(Postures postures, Instant now) {
        Instant asked = people.requestedAt();
        if (asked != null) {
            Instant decided = people.decidedAt();
            Subject subject = Reachable.of(Origin.context(tenant, metaData), requested, false)
                    .subject();
            people.wasFrozenFor(postures.knownToHaveStood(tenant, subject, asked, decided == null ? now : decided));
        }
        return this;
    }

    ActionView view() {
        return LongWork.isOver(characters()) ? LongWork.of(tenant, this::shown) : shown();
    }

    /** Of what is shown as the JSON that it is. */
    private long characters() {
        String arguments = requested.arguments();
        String result = ended instanceof ActionSucceeded done ? done.result() : null;
        return (arguments == null ? 0 : arguments.length()) + (result == null ? 0 : result.length());
    }

    private ActionView shown() {
        ActionState state = stateAfter(last);
        Cause cause = state == ActionState.APPROVAL_REQUIRED ? people.cause(ruling) : causeOf(last);
        Kept kept = requested.kept();
        Answer.Result outcome = Answer.Result.of(ended);
        return new ActionView(
                action,
                text(metaData, TenantContext.RUN),
                agent(),
                text(metaData, TenantContext.WORKSPACE),
                requested.system(),
                requested.operation(),
                requested.effect(),
                requested.target(),
                requested.arguments() == null ? null : StoredJson.tree(requested.arguments()),
                kept != null && kept.level() == AuditLevel.DIGEST ? kept.digest() : null,
                requested.areContentsGone() ? DESTROYED : null,
                requested.dataClasses(),
                requested.model(),
                state,
                cause,
                cause == null ? null : cause.resetsAt(),
                state == ActionState.APPROVAL_REQUIRED ? Holds.remedy(action) : remedyOf(last),
                decidedAt,
                ended.endsIt() ? timeOf(ended) : null,
                why(),
                List.copyOf(attempts),
                people.view(),
                systems.view(),
                outcome != null && kept != null && kept.level() == AuditLevel.NONE ? outcome.withoutDigest() : outcome,
                reconciled,
                compensatedBy,
                requested.declared(),
                Answer.links(state, action),
                null);
    }

    private ActionView.Why why() {
        Admitted now = admitted;
        return new ActionView.Why(
                text(metaData, TenantContext.PROFILE),
                ruling.version(),
                verdict,
                ruling.rules(),
                ruling.shadow(),
                text(metaData, TenantContext.QUOTA_CLASS),
                now == null ? null : now.reservation(),
                now == null ? null : now.pool(),
                requested.estimate(),
                requested.connectorVersion(),
                requested.schemaDigest(),
                idempotencyKey == null ? null : IdempotencyKeys.sent(idempotencyKey),
                text(metaData, TenantContext.PRINCIPAL),
                Origin.text(metaData, TenantContext.REQUEST));
    }

    private void endAttempt(ActionEvent event) {
        if (!attempts.isEmpty()) {
            Attempt open = attempts.removeLast();
            attempts.add(new Attempt(
                    open.attempt(),
                    open.startedAt(),
                    timeOf(event),
                    stateAfter(event),
                    open.connectorVersion(),
                    open.lease()));
        }
    }

    private static String text(Map<String, ?> metaData, String key) {
        String value = Origin.text(metaData, key);
        return value == null ? "" : value;
    }

    static ActionState stateAfter(ActionEvent event) {
        return switch (event) {
            case ActionQueued _, ActionRequeued _, ActionReleased _, ChecksRequired _ -> ActionState.QUEUED;
            case ActionReconciled known -> known.outcome();
            case ActionCompensated _ -> ActionState.COMPENSATED;
            case ArgumentsDropped _ -> throw new IllegalStateException("What is dropped changes no state.");
            case ActionHeld _, ApprovalRequested _, ApprovalGranted _ -> ActionState.APPROVAL_REQUIRED;
            case ChecksStarted _, CheckPassed _ -> ActionState.CHECKING;
            case ActionRefused refused -> refused.state();
            // An answer is redacted before it is judged: whatever it means is still to come.
            case ActionStarted _, PriorRead _, ResultRedacted _ -> ActionState.RUNNING;
            case ActionSucceeded _ -> ActionState.SUCCEEDED;
            case ActionFailed _ -> ActionState.FAILED;
            case ActionOutcomeUnknown _ -> ActionState.OUTCOME_UNKNOWN;
            case ActionCancelled _ -> ActionState.CANCELLED;
            case ApprovalDenied _, ApprovalExpired _, ApprovalVoided _, CheckFailed _ -> ActionState.DENIED;
        };
    }

    static @Nullable Cause causeOf(ActionEvent event) {
        return switch (event) {
            case ActionRefused refused -> refused.cause();
            case ActionFailed failed -> failed.cause();
            case ActionOutcomeUnknown unknown -> unknown.cause();
            case ActionReconciled known -> known.cause();
            case ApprovalDenied denied -> denied.cause();
            case ApprovalExpired expired -> expired.cause();
            case ApprovalVoided voided -> voided.cause();
            case ActionCancelled cancelled -> cancelled.cause();
            case CheckFailed failed -> failed.cause();
            case ActionHeld held -> Holds.cause(held.hold(), held.ruling());
            case ApprovalRequested asked -> Holds.cause(asked.hold(), asked.ruling());
            case ActionQueued _,
                    ActionRequeued _,
                    ActionStarted _,
                    PriorRead _,
                    ResultRedacted _,
                    ActionSucceeded _,
                    ActionCompensated _,
                    ApprovalGranted _,
                    ActionReleased _,
                    ChecksRequired _,
                    ChecksStarted _,
                    CheckPassed _,
                    ArgumentsDropped _ -> null;
        };
    }

    /** What would have to change, where the event says so. */
    static @Nullable String remedyOf(ActionEvent event) {
        return switch (event) {
            case ActionRefused refused -> refused.remedy();
            case ApprovalVoided voided -> voided.remedy();
            case CheckFailed failed -> failed.remedy();
            case ActionHeld held -> Holds.remedy(held.action());
            case ApprovalRequested asked -> Holds.remedy(asked.action());
            case ApprovalExpired _ -> "ask for it again";
            case ActionQueued _,
                    ActionRequeued _,
                    ActionStarted _,
                    PriorRead _,
                    ResultRedacted _,
                    ActionSucceeded _,
                    ActionFailed _,
                    ActionOutcomeUnknown _,
                    ActionReconciled _,
                    ArgumentsDropped _,
                    ActionCancelled _,
                    ActionCompensated _,
                    ApprovalGranted _,
                    ApprovalDenied _,
                    ActionReleased _,
                    ChecksRequired _,
                    ChecksStarted _,
                    CheckPassed _ -> null;
        };
    }

    /** When it happened. */
    static Instant timeOf(ActionEvent event) {
        return switch (event) {
            case ActionQueued queued -> queued.decidedAt();
            case ActionRefused refused -> refused.decidedAt();
            case ActionHeld held -> held.decidedAt();
            case ApprovalRequested asked -> asked.requestedAt();
            case ApprovalGranted granted -> granted.grantedAt();
            case ApprovalDenied denied -> denied.endedAt();
            case ApprovalExpired expired -> expired.endedAt();
            case ApprovalVoided voided -> voided.endedAt();
            case ActionReleased released -> released.releasedAt();
            case ChecksRequired required -> required.requiredAt();
            case ChecksStarted checking -> checking.startedAt();
            case CheckPassed passed -> passed.checkedAt();
            case CheckFailed failed -> failed.endedAt();
            case ActionStarted started -> started.startedAt();
            case PriorRead read -> read.readAt();
            case ResultRedacted redacted -> redacted.redactedAt();
            case ActionRequeued requeued -> requeued.requeuedAt();
            case ActionSucceeded done -> done.endedAt();
            case ActionFailed failed -> failed.endedAt();
            case ActionOutcomeUnknown unknown -> unknown.endedAt();
            case ActionCancelled cancelled -> cancelled.endedAt();
            case ActionReconciled known -> known.reconciledAt();
            case ActionCompensated undone -> undone.compensatedAt();
            case ArgumentsDropped dropped -> dropped.droppedAt();
        };
    }
}
