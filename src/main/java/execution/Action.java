package execution;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

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
import execution.ActionEvent.Kept;
import execution.ActionEvent.Leased;
import execution.ActionEvent.Requested;
import execution.ActionEvent.PriorRead;
import execution.ActionEvent.ResultRedacted;
import execution.ActionEvent.Ruling;
import execution.gateway.Levels;
import execution.gateway.Outcome;
import execution.gateway.Redaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.Sized;
import tenancy.Subject;
import tenancy.TenantContext;

/**
 * One action's life: queued, running, and one of succeeded, failed, outcome_unknown; or cancelled while it waits; or
 * refused from the start. It may have to wait for people before it is queued, and for checks before it runs; nothing of
 * its effect happens before. What is final stays.
 */
@NullUnmarked
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock")
class Action implements Sized {

    @AggregateIdentifier
    private String id;

    private String key;
    private ActionState state;
    private ActionQueued queued;
    private int attempt;
    private String claim;
    private boolean idempotent;
    private String requester;
    private String workspace;
    private String agent;
    private String run;
    private Held held;

    private String idempotencyKey;
    private String requestDigest;
    /** What has to pass before it may start; null if nothing has. */
    private ChecksRequired checks;
    /** Whether people have agreed to it, as it was described to them. */
    private boolean agreed;
    /** What it runs with; null if it needs no credential. */
    private Leased lease;
    /** What its checks run with, by rule; null if none needs a credential. */
    private Map<String, Leased> checkLeases;
    /** Whether what was there before its effect is read: only what the first attempt saw was there before. */
    private boolean prior;
    /** What is not known of it; null unless that is its state. */
    private ActionOutcomeUnknown unknown;

    Action() {}

    /** @param decision {@link ActionQueued}, {@link ActionHeld} or {@link ActionRefused} */
    Action(ActionId id, ActionEvent decision) {
        this.id = id.toString();
        apply(decision);
    }

    /** Admitted, and to be checked before it starts. */
    Action(ActionId id, ActionQueued decision, ChecksRequired checks) {
        this.id = id.toString();
        apply(decision);
        apply(checks);
    }

    ActionState state() {
        return state;
    }

    /** What was admitted; only of an action that was. */
    ActionQueued queued() {
        return queued;
    }

    @Override
    public long bytes() {
        if (queued != null) {
            return queued.requested().bytes();
        }
        return held == null ? 0 : held.requested().bytes();
    }

    /** Whether people have agreed to it: then it is only done as it was described to them. */
    boolean isAgreed() {
        return agreed;
    }

    /** What waits for people; only while it does. */
    Held held() {
        return held;
    }

    /** What has to pass before it may start; null if nothing has. */
    ChecksRequired checks() {
        return checks;
    }

    /** What it was lent when it was started; null if nothing was. */
    Leased lease() {
        return lease;
    }

    /** What its checks were lent, by rule. */
    Map<String, Leased> checkLeases() {
        return checkLeases == null ? Map.of() : checkLeases;
    }

    /** Whether this worker has started the action and owes its outcome. */
    boolean runsFor(String worker) {
        return state == ActionState.RUNNING && worker.equals(claim);
    }

    /** Whether this worker runs its checks and owes their answers. */
    boolean checksFor(String worker) {
        return state == ActionState.CHECKING && worker.equals(claim);
    }

    void grant(Approver by, String comment, Instant at) {
        require(ActionState.APPROVAL_REQUIRED);
        apply(new ApprovalGranted(key, by.principal(), by.roleWord(), comment, at));
    }

    /** Enough have agreed: admitted, with the checks that it needs now. */
    void release(ActionReleased released, @Nullable ChecksRequired first) {
        require(ActionState.APPROVAL_REQUIRED);
        apply(released);
        if (first != null) {
            apply(first);
        }
    }

    /** It needs something else than what people were asked for, or its checks have passed. */
    ActionEvent ask(Requested requested, Ruling ruling, Hold hold, Instant at) {
        return applied(new ApprovalRequested(key, requested, ruling, hold, at));
    }

    /** It ends without having been admitted. */
    ActionEvent end(ActionEvent ending) {
        require(ActionState.APPROVAL_REQUIRED);
        return applied(ending);
    }

    void startChecks(String worker, Map<String, Leased> leases, long epoch, Instant at) {
        require(ActionState.QUEUED);
        apply(new ChecksStarted(key, worker, at, leases.isEmpty() ? null : leases, epoch));
    }

    /** It was contained while it was checked: it waits, and is checked again before it starts. */
    void waitAgain(Instant at) {
        require(ActionState.CHECKING);
        apply(new ActionRequeued(key, attempt, "contained", at));
    }

    /** Something had to be taken out of an answer. */
    void redacted(@Nullable String rule, List<Redaction> redactions, Instant at) {
        apply(new ResultRedacted(key, rule, redactions, at));
    }

    boolean hasPrior() {
        return prior;
    }

    /** What was there before its effect, as far as that is kept. */
    void sawBefore(String read, long connectorVersion, String found, Instant at) {
        require(ActionState.RUNNING);
        var unused = applied(Endings.kept(
                new PriorRead(key, attempt, read, connectorVersion, found, Fingerprint.of(found), at), kept()));
    }

    /** What its checks answered; the last may be a {@link CheckFailed}, which ends it. */
    void record(List<? extends ActionEvent> answers) {
        require(ActionState.CHECKING);
        answers.forEach(answer -> applied(Endings.kept(answer, kept())));
    }

    void start(
            String worker,
            boolean mayRepeat,
            long connectorVersion,
            String schemaDigest,
            String argumentsDigest,
            @Nullable Leased lent,
            long epoch,
            Instant at) {
        if (state != ActionState.CHECKING) {
            require(ActionState.QUEUED);
        }
        apply(new ActionStarted(
                key, attempt + 1, worker, mayRepeat, connectorVersion, schemaDigest, at, argumentsDigest, lent, epoch));
    }

    /** It cannot even be started: nothing left the platform. */
    ActionEvent fail(String code, Cause cause, Instant at) {
        if (state != ActionState.CHECKING) {
            require(ActionState.QUEUED);
        }
        return applied(new ActionFailed(key, attempt, null, code, cause, 0, at, null));
    }

    /** Journals what came of its call as far as that is kept; returns all of it, for whoever waits. */
    ActionEvent record(Outcome outcome, Instant at) {
        require(ActionState.RUNNING);
        ActionEvent whole = Endings.of(key, attempt, outcome, at);
        var unused = applied(Endings.kept(whole, kept()));
        return whole;
    }

    void reconcile(Finding finding, Instant at) {
        require(ActionState.OUTCOME_UNKNOWN);
        Levels before = unknown.levels();
        String words = finding.evidence() == null ? "A probe does not show the effect." : finding.evidence();
        var unused = applied(new ActionReconciled(
                key,
                finding.state(),
                finding.how(),
                finding.by(),
                finding.evidence(),
                finding.state() == ActionState.FAILED ? Cause.provider(words, null) : null,
                unknown.requests(),
                before == null || finding.seen() == null ? before : before.seen(finding.seen()),
                at));
    }

    /** Said again, it changes nothing. */
    void compensated(String by, Instant at) {
        if (state != ActionState.COMPENSATED) {
            require(ActionState.SUCCEEDED);
            apply(new ActionCompensated(key, by, at));
        }
    }

    /** @param cause what stops it; null where somebody takes it back */
    ActionEvent cancel(@Nullable Cause cause, Instant at) {
        if (state != ActionState.QUEUED && state != ActionState.APPROVAL_REQUIRED) {
            throw new Conflict(
                    "not_cancellable",
                    "Action %s is %s: only an action that is queued or waits for approval can be cancelled."
                            .formatted(key, state.word()));
        }
        return applied(new ActionCancelled(key, at, cause));
    }

    /** Its worker is gone: it is queued again if it may be repeated, else nobody knows what came of it. */
    ActionEvent recover(Instant at) {
        if (state == ActionState.CHECKING) {
            // Its checks only read: they are simply asked again.
            return applied(new ActionRequeued(key, attempt, "interrupted", at));
        }
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
        return applied(new ActionOutcomeUnknown(key, attempt, "interrupted", cause, 1, at, null));
    }

    /** What is kept apart ends with the action; while its outcome is unknown, it is needed to find that out. */
    private ActionEvent applied(ActionEvent event) {
        if (event.endsIt() && !(event instanceof ActionOutcomeUnknown) && kept() != null) {
            apply(new ArgumentsDropped(key, ActionHistory.timeOf(event)));
        }
        apply(event);
        return event;
    }

    private @Nullable Kept kept() {
        if (queued != null) {
            return queued.requested().kept();
        }
        return held == null ? null : held.requested().kept();
    }

    private void require(ActionState needed) {
        if (state != needed) {
            throw new IllegalStateException("Action %s is %s, not %s.".formatted(id, state, needed));
        }
    }

    @EventSourcingHandler
    void on(
            ActionEvent event,
            @SourceId String source,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String principal,
            @MetaDataValue(TenantContext.WORKSPACE) @Nullable String inWorkspace,
            @MetaDataValue(TenantContext.AGENT) @Nullable String ofAgent,
            @MetaDataValue(TenantContext.RUN) @Nullable String inRun) {
        switch (event) {
            case ActionQueued admitted -> {
                asked(inWorkspace, ofAgent, inRun);
                id = source;
                key = admitted.action();
                queued = admitted;
                requester = principal;
                state = ActionState.QUEUED;
            }
            case ActionHeld waits -> {
                asked(inWorkspace, ofAgent, inRun);
                id = source;
                key = waits.action();
                requester = principal;
                idempotencyKey = waits.idempotencyKey();
                requestDigest = waits.requestDigest();
                hold(waits.requested(), waits.ruling(), waits.hold(), waits.parentRun());
            }
            case ApprovalRequested asked -> {
                if (queued != null) {
                    idempotencyKey = queued.idempotencyKey();
                    requestDigest = queued.requestDigest();
                    queued = null;
                }
                hold(asked.requested(), asked.ruling(), asked.hold(), held == null ? null : held.parentRun());
            }
            case ApprovalGranted granted -> held = held.and(granted);
            case ActionReleased released -> {
                queued = new ActionQueued(
                        key,
                        released.requested(),
                        released.ruling(),
                        released.reservation(),
                        released.pool(),
                        released.bulkhead(),
                        idempotencyKey,
                        requestDigest,
                        released.releasedAt(),
                        released.operationBulkhead());
                held = null;
                agreed = true;
                state = ActionState.QUEUED;
            }
            case ChecksRequired required -> checks = required;
            case ChecksStarted checking -> {
                claim = checking.claim();
                checkLeases = checking.leases();
                state = ActionState.CHECKING;
            }
            case CheckPassed passed -> {}
            case PriorRead read -> prior = true;
            case ResultRedacted redacted -> {}
            case ActionRefused refused -> {
                id = source;
                key = refused.action();
                state = refused.state();
            }
            case ActionStarted started -> {
                attempt = started.attempt();
                claim = started.claim();
                idempotent = started.idempotent();
                lease = started.lease();
                state = ActionState.RUNNING;
            }
            case ActionRequeued requeued -> state = ActionState.QUEUED;
            case ApprovalDenied denied -> end(ActionState.DENIED);
            case ApprovalExpired expired -> end(ActionState.DENIED);
            case ApprovalVoided voided -> end(ActionState.DENIED);
            case CheckFailed failed -> end(ActionState.DENIED);
            case ActionSucceeded succeeded -> end(ActionState.SUCCEEDED);
            case ActionFailed failed -> end(ActionState.FAILED);
            case ActionOutcomeUnknown unsure -> {
                ActionQueued called = queued;
                end(ActionState.OUTCOME_UNKNOWN);
                queued = called;
                unknown = unsure;
            }
            case ActionReconciled reconciled -> {
                end(reconciled.outcome());
                unknown = null;
            }
            case ActionCompensated undone -> end(ActionState.COMPENSATED);
            case ArgumentsDropped dropped -> {}
            case ActionCancelled cancelled -> end(ActionState.CANCELLED);
        }
    }

    private void asked(String inWorkspace, String ofAgent, String inRun) {
        workspace = inWorkspace;
        agent = ofAgent;
        run = inRun;
    }

    /** An ended action stays in the cache for a while: without what only a worker needs. */
    private void end(ActionState last) {
        state = last;
        queued = null;
        held = null;
        checks = null;
        lease = null;
        checkLeases = null;
    }

    private void hold(Requested requested, Ruling ruling, Hold hold, @Nullable String parentRun) {
        held = new Held(
                requested,
                ruling,
                hold,
                requester,
                parentRun,
                List.of(),
                new Subject(
                        workspace,
                        requested.agentClass(),
                        agent,
                        run,
                        requested.system(),
                        requested.operation(),
                        requested.destination(),
                        requested.model(),
                        null));
        agreed = false;
        checks = null;
        state = ActionState.APPROVAL_REQUIRED;
    }
}
