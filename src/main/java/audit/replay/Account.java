package audit.replay;

import audit.replay.Step.Accounted;
import audit.replay.Step.Asked;
import audit.replay.Step.Decided;
import audit.replay.Step.Done;
import audit.replay.Step.Drawn;
import audit.replay.Step.Known;
import audit.replay.Step.Outcome;
import execution.ActionEvent;
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
import execution.ActionEvent.Hold;
import execution.ActionEvent.PriorRead;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.ResultRedacted;
import execution.ActionEvent.Ruling;
import execution.ActionState;
import execution.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import journal.Journal.Entry;
import journal.Recall.Recalled;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import quota.QuotaEvent.BudgetCorrected;
import quota.QuotaEvent.BudgetDoubted;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import tenancy.Cause;
import tenancy.TenantContext;

/** Tells one entry as a step: a pure function of what is written down, in the versions of then. */
final class Account {

    private Account() {}

    static Step of(Recalled recalled) {
        return switch (recalled.event()) {
            case ActionEvent event -> action(recalled, event);
            case RunEvent _ -> plain(recalled, "run");
            case BudgetReserved reserved ->
                accounted(
                        recalled,
                        reserved.action(),
                        reserved.draws().stream()
                                .map(draw -> new Drawn(draw.limit(), draw.scope(), draw.used(), draw.of()))
                                .toList());
            case BudgetSettled _, BudgetReleased _, BudgetDoubted _, BudgetCorrected _ -> plain(recalled, "accounted");
            default -> plain(recalled, "changed");
        };
    }

    private static Step action(Recalled recalled, ActionEvent event) {
        ActionState state = event.standsAs();
        return switch (event) {
            case ActionQueued queued ->
                decided(
                        recalled,
                        event,
                        queued.requested(),
                        queued.ruling(),
                        null,
                        drawn(queued.reservation()),
                        queued.pool());
            case ActionReleased released ->
                decided(
                        recalled,
                        event,
                        released.requested(),
                        released.ruling(),
                        null,
                        drawn(released.reservation()),
                        released.pool());
            case ActionRefused refused ->
                decided(recalled, event, refused.requested(), refused.ruling(), refused.remedy(), null, null);
            case ActionHeld held ->
                asked(decided(recalled, event, held.requested(), held.ruling(), null, null, null), ask(held.hold()));
            case ApprovalRequested requested ->
                asked(
                        decided(recalled, event, requested.requested(), requested.ruling(), null, null, null),
                        ask(requested.hold()));
            case ApprovalGranted granted ->
                answered(recalled, event, "granted", granted.by(), granted.role(), granted.comment(), null);
            case ApprovalDenied denied ->
                answered(recalled, event, "denied", denied.by(), denied.role(), denied.reason(), denied.cause());
            case ApprovalExpired expired -> answered(recalled, event, "expired", null, null, null, expired.cause());
            case ApprovalVoided voided ->
                answered(recalled, event, "voided", null, null, voided.remedy(), voided.cause());
            case ChecksRequired required ->
                asked(
                        step(recalled, "asked", event),
                        new Asked(null, required.needs(), null, null, null, null, null, null, null));
            case CheckPassed passed ->
                asked(
                        step(recalled, "answered", event),
                        new Asked(
                                passed.rule(), null, passed.answer().digest(), null, "passed", null, null, null, null));
            case CheckFailed failed ->
                asked(
                        step(recalled, "answered", event),
                        new Asked(
                                failed.rule(),
                                null,
                                failed.answer() == null ? null : failed.answer().digest(),
                                null,
                                "failed",
                                null,
                                null,
                                failed.code(),
                                failed.cause()));
            case ChecksStarted _ -> done(recalled, event, new Done(null, null, null, null, null, "checks are asked"));
            case ActionStarted started ->
                done(
                        recalled,
                        event,
                        new Done(
                                started.attempt(),
                                started.connectorVersion(),
                                started.schemaDigest(),
                                started.argumentsDigest(),
                                started.lease() == null ? null : started.lease().id(),
                                null));
            case PriorRead read ->
                done(recalled, event, new Done(read.attempt(), null, null, null, null, "state before it read"));
            case ResultRedacted _ -> done(recalled, event, new Done(null, null, null, null, null, "answer redacted"));
            case ArgumentsDropped _ ->
                done(recalled, event, new Done(null, null, null, null, null, "arguments deleted"));
            case ActionRequeued requeued ->
                done(recalled, event, new Done(requeued.attempt(), null, null, null, null, requeued.reason()));
            case ActionSucceeded done ->
                outcome(
                        recalled,
                        event,
                        new Outcome(
                                state(state), done.status(), null, null, done.requests(), done.resultDigest(), null));
            case ActionFailed failed ->
                outcome(
                        recalled,
                        event,
                        new Outcome(
                                state(state),
                                failed.status(),
                                failed.code(),
                                failed.cause(),
                                failed.requests(),
                                null,
                                null));
            case ActionOutcomeUnknown unknown ->
                outcome(
                        recalled,
                        event,
                        new Outcome(
                                state(state), null, unknown.code(), unknown.cause(), unknown.requests(), null, null));
            case ActionReconciled known ->
                outcome(
                        recalled,
                        event,
                        new Outcome(state(state), null, null, known.cause(), known.requests(), null, known.evidence()));
            case ActionCompensated undone ->
                outcome(
                        recalled,
                        event,
                        new Outcome(state(state), null, null, null, 0, null, "undone by " + undone.by()));
            case ActionCancelled _ ->
                outcome(recalled, event, new Outcome(state(state), null, null, null, 0, null, null));
        };
    }

    /** Of an event that changes the state. */
    private static ActionState state(@Nullable ActionState state) {
        if (state == null) {
            throw new IllegalStateException("An outcome without a state");
        }
        return state;
    }

    private static @Nullable Drawn drawn(@Nullable Reserved reserved) {
        return reserved == null ? null : new Drawn(reserved.budget(), null, reserved.used(), reserved.limit());
    }

    private static Asked ask(Hold hold) {
        return new Asked(null, hold.needs(), hold.digest(), hold.expiresAt(), null, null, null, null, null);
    }

    private static Step decided(
            Recalled recalled,
            ActionEvent event,
            Requested requested,
            Ruling ruling,
            @Nullable String remedy,
            @Nullable Drawn drawn,
            @Nullable String pool) {
        MetaData context = recalled.metaData();
        return with(
                step(recalled, "decided", event),
                new Known(
                        requested.system(),
                        requested.operation(),
                        requested.effect(),
                        requested.target(),
                        requested.arguments(),
                        requested.dataClasses(),
                        requested.agentClass(),
                        requested.trustZone(),
                        text(context, TenantContext.PROFILE),
                        ruling.version(),
                        text(context, TenantContext.QUOTA_CLASS),
                        requested.connectorVersion(),
                        requested.schemaDigest()),
                new Decided(state(event.standsAs()), ruling.rules(), ruling.shadow(), event.why(), remedy, drawn, pool),
                null,
                null,
                null,
                null,
                null);
    }

    private static Step answered(
            Recalled recalled,
            ActionEvent event,
            String answer,
            @Nullable String by,
            @Nullable String role,
            @Nullable String words,
            @Nullable Cause cause) {
        return asked(
                step(recalled, "answered", event), new Asked(null, null, null, null, answer, by, role, words, cause));
    }

    private static Step asked(Step step, Asked asked) {
        return with(step, step.known(), step.decided(), asked, null, null, null, null);
    }

    private static Step done(Recalled recalled, ActionEvent event, Done done) {
        return with(step(recalled, "done", event), null, null, null, done, null, null, null);
    }

    private static Step outcome(Recalled recalled, ActionEvent event, Outcome outcome) {
        return with(step(recalled, "outcome", event), null, null, null, null, outcome, null, null);
    }

    private static Step accounted(Recalled recalled, String action, List<Drawn> drawn) {
        return with(bare(recalled, "accounted", action), null, null, null, null, null, new Accounted(drawn), null);
    }

    /** Nothing is told of it but what is stored. */
    private static Step plain(Recalled recalled, String kind) {
        String payload = new String(recalled.entry().payload(), StandardCharsets.UTF_8);
        return with(bare(recalled, kind, null), null, null, null, null, null, null, payload);
    }

    private static Step step(Recalled recalled, String kind, ActionEvent event) {
        return bare(recalled, kind, event.action());
    }

    private static Step bare(Recalled recalled, String kind, @Nullable String action) {
        Entry entry = recalled.entry();
        return new Step(
                entry.sequence(),
                entry.time(),
                kind,
                entry.type(),
                entry.id(),
                action,
                text(recalled.metaData(), TenantContext.PRINCIPAL),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Step with(
            Step step,
            @Nullable Known known,
            @Nullable Decided decided,
            @Nullable Asked asked,
            @Nullable Done done,
            @Nullable Outcome outcome,
            @Nullable Accounted accounted,
            @Nullable String change) {
        return new Step(
                step.sequence(),
                step.at(),
                step.kind(),
                step.event(),
                step.eventId(),
                step.action(),
                step.by(),
                known,
                decided,
                asked,
                done,
                outcome,
                accounted,
                change);
    }

    private static @Nullable String text(MetaData context, String key) {
        return context.get(key) instanceof String value ? value : null;
    }
}
