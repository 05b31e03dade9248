package execution;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.RecordChecks;
import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.RecordPrior;
import execution.ActionCommand.RecoverAction;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Leased;
import execution.ActionEvent.Requested;
import execution.Lending.Lent;
import execution.gateway.Compensation;
import execution.gateway.Connectors;
import execution.gateway.Operation;
import execution.gateway.Outcome;
import execution.gateway.Quarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.common.caching.Cache;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import quota.Quotas;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.Refusal;
import tenancy.Restriction;
import tenancy.Target;

/** What happens to an action after its admission, committed together with what becomes of its reservation. */
@Component
class Progress {

    private static final Cause TAKEN = new Cause(
            Cause.Owner.PLATFORM,
            "interrupted",
            null,
            null,
            null,
            null,
            null,
            null,
            "Another worker has taken the action over.");

    private static final Cause CHANGED_SINCE = new Cause(
            Cause.Owner.TENANT,
            "connector",
            null,
            null,
            null,
            null,
            null,
            null,
            "The operation is described otherwise than when people agreed to it: ask for it again.");

    private final Repository<Action> actions;
    private final Restraints restraints;
    private final Watched watched;
    private final Connectors connectors;
    private final CheckCalls checks;
    private final Lending lending;
    private final Holds holds;
    private final Quotas quotas;
    private final Backlog backlog;
    private final Outcomes outcomes;
    private final Payloads payloads;
    /** An ended action is hardly asked for again: its place is for those that still have a way to go. */
    private final Cache cache;

    Progress(
            Repository<Action> actions,
            Restraints restraints,
            Watched watched,
            Connectors connectors,
            CheckCalls checks,
            Lending lending,
            Holds holds,
            Quotas quotas,
            Backlog backlog,
            Outcomes outcomes,
            Payloads payloads,
            @Qualifier("aggregateCache") Cache cache) {
        this.actions = actions;
        this.restraints = restraints;
        this.watched = watched;
        this.connectors = connectors;
        this.checks = checks;
        this.lending = lending;
        this.holds = holds;
        this.quotas = quotas;
        this.backlog = backlog;
        this.outcomes = outcomes;
        this.payloads = payloads;
        this.cache = cache;
    }

    @CommandHandler
    Start handle(StartAction start) {
        Aggregate<Action> action;
        try {
            action = load(start.action());
        } catch (AggregateNotFoundException never) {
            return new Start.Absent();
        }
        ActionState state = action.invoke(Action::state);
        boolean askedAgain = action.invoke(known -> known.runsFor(start.claim()));
        boolean checksAgain = action.invoke(known -> known.checksFor(start.claim()));
        if (state != ActionState.QUEUED && !askedAgain && !checksAgain) {
            return new Start.Skip(state);
        }
        ActionQueued queued = action.invoke(Action::queued);
        ChecksRequired required = action.invoke(Action::checks);
        if (!askedAgain && !checksAgain && isContained(action, start.action(), queued)) {
            return held(start.action());
        }
        if (required != null && !askedAgain) {
            return check(action, start, queued, required, checksAgain);
        }
        return go(action, start, queued, state, askedAgain);
    }

    /** What has to be asked first. The slot is taken, so that nobody else starts it meanwhile. */
    private Start check(
            Aggregate<Action> action, StartAction start, ActionQueued queued, ChecksRequired required, boolean again) {
        CheckCalls.Made made = checks.make(
                start.action().tenant(),
                required,
                payloads.whole(start.action(), queued.requested()),
                queued.ruling().version(),
                start.at());
        if (again) {
            made = lentBefore(action.invoke(Action::checkLeases), start.action(), made);
        } else {
            Map<String, Leased> leases = new HashMap<>();
            made = lent(made, required, queued.ruling().version(), start, leases);
            if (made instanceof CheckCalls.Made.Held) {
                return held(start.action());
            }
            long epoch = restraints.epochToStart(start.action().tenant());
            action.execute(waiting -> waiting.startChecks(start.claim(), leases, epoch, start.at()));
            backlog.leave(start.action());
        }
        return switch (made) {
            case CheckCalls.Made.Calls calls -> new Start.Check(calls.calls());
            case CheckCalls.Made.Held contained -> held(start.action());
            case CheckCalls.Made.Impossible impossible -> {
                denied(action, start.action(), List.of(impossible.no()), start.at());
                yield new Start.Skip(ActionState.DENIED);
            }
        };
    }

    /** @param leases where what was lent is written down, by rule */
    private CheckCalls.Made lent(
            CheckCalls.Made made,
            ChecksRequired required,
            long policyVersion,
            StartAction start,
            Map<String, Leased> leases) {
        if (!(made instanceof CheckCalls.Made.Calls wanted)) {
            return made;
        }
        List<Start.Call> calls = new ArrayList<>();
        for (Start.Call call : wanted.calls()) {
            switch (lending.lend(start.action(), call.operation(), start.at())) {
                case Lent.Nothing _ -> calls.add(call);
                case Lent.Borrowed borrowed -> {
                    leases.put(call.rule(), Leased.of(borrowed.lease()));
                    calls.add(call.with(borrowed.lease()));
                }
                case Lent.Contained contained -> {
                    return new CheckCalls.Made.Held();
                }
                case Lent.Refused no -> {
                    return new CheckCalls.Made.Impossible(
                            checks.unlent(required, call, no.code(), no.cause(), policyVersion, start.at()));
                }
            }
        }
        return new CheckCalls.Made.Calls(calls);
    }

    private static CheckCalls.Made lentBefore(Map<String, Leased> leases, ActionId action, CheckCalls.Made made) {
        return made instanceof CheckCalls.Made.Calls calls
                ? new CheckCalls.Made.Calls(calls.calls().stream()
                        .map(call -> {
                            Leased leased = leases.get(call.rule());
                            return leased == null ? call : call.with(leased.lease(action, call.operation()));
                        })
                        .toList())
                : made;
    }

    /** Only after all have passed is the intent of the effect written down, with them and by the same worker. */
    @CommandHandler
    Start handle(RecordChecks record) {
        Aggregate<Action> action = load(record.action());
        ActionState state = action.invoke(Action::state);
        boolean runs = action.invoke(known -> known.runsFor(record.claim()));
        if (!runs && !action.invoke(known -> known.checksFor(record.claim()))) {
            return new Start.Skip(state);
        }
        ActionQueued queued = action.invoke(Action::queued);
        var start = new StartAction(record.action(), record.claim(), record.at());
        if (runs) {
            return go(action, start, queued, state, true);
        }
        if (isContained(action, record.action(), queued)) {
            return held(action, start, state);
        }
        ChecksRequired required = action.invoke(Action::checks);
        for (Checked checked : record.checked()) {
            if (!checked.redactions().isEmpty()) {
                action.execute(checking -> checking.redacted(checked.rule(), checked.redactions(), record.at()));
            }
        }
        List<ActionEvent> answers =
                checks.judge(required, record.checked(), queued.ruling().version(), record.at());
        if (answers.getLast().endsIt()) {
            denied(action, record.action(), answers, record.at());
            return new Start.Skip(ActionState.DENIED);
        }
        action.execute(checking -> checking.record(answers));
        return required.needs().isEmpty()
                ? go(action, start, queued, state, false)
                : ask(action, record, queued, required);
    }

    /** People are asked last: what they agree to has passed its checks. Until then it holds no budget and no slot. */
    private Start ask(Aggregate<Action> action, RecordChecks record, ActionQueued queued, ChecksRequired required) {
        Requested whole = payloads.whole(record.action(), queued.requested());
        Hold hold = holds.open(record.action(), whole, queued.ruling(), required.needs(), record.at());
        ActionEvent asked = action.invoke(passed -> passed.ask(queued.requested(), queued.ruling(), hold, record.at()));
        quotas.release(record.action(), record.at());
        CurrentUnitOfWork.get().afterCommit(committed -> outcomes.ended(record.action(), asked));
        return new Start.Skip(ActionState.APPROVAL_REQUIRED);
    }

    private void denied(Aggregate<Action> action, ActionId id, List<? extends ActionEvent> answers, Instant at) {
        action.execute(checking -> checking.record(answers));
        quotas.release(id, at);
        ended(id, answers.getLast());
    }

    /** Whatever was admitted before: nothing of a contained scope starts. */
    private boolean isContained(Aggregate<Action> action, ActionId id, ActionQueued queued) {
        return restraints
                .atStart(id, queued.requested(), action.invoke(Action::isAgreed))
                .isPresent();
    }

    private Start held(ActionId action) {
        return new Start.Held(restraints.epochToStart(action.tenant()));
    }

    /** Out of its slot, whether it has begun its checks or not. */
    private Start held(Aggregate<Action> action, StartAction start, ActionState state) {
        if (state == ActionState.CHECKING) {
            action.execute(checking -> checking.waitAgain(start.at()));
            backlog.waitAgain(start.action());
        }
        return held(start.action());
    }

    private Start go(
            Aggregate<Action> action, StartAction start, ActionQueued queued, ActionState state, boolean askedAgain) {
        Operation operation;
        Start.Before before;
        Requested requested = payloads.whole(start.action(), queued.requested());
        try {
            operation = operation(start.action(), requested);
            before = action.invoke(Action::hasPrior) ? null : before(start.action(), operation, requested);
        } catch (Refusal changed) {
            return askedAgain ? new Start.Skip(state) : giveUp(action, start, state, changed);
        }
        Quarantined waits = operation.quarantine();
        if (!askedAgain && waits != null) {
            return giveUp(action, start, state, Quarantined.CODE, waits.cause());
        }
        if (!askedAgain && action.invoke(Action::isAgreed) && !isAsDescribed(operation, requested)) {
            return giveUp(action, start, state, "operation_changed", CHANGED_SINCE);
        }
        Leased lease = askedAgain ? action.invoke(Action::lease) : null;
        if (!askedAgain) {
            switch (lending.lend(start.action(), operation, start.at())) {
                case Lent.Nothing _ -> {}
                case Lent.Borrowed borrowed -> lease = Leased.of(borrowed.lease());
                case Lent.Contained contained -> {
                    return held(action, start, state);
                }
                case Lent.Refused no -> {
                    return giveUp(action, start, state, no.code(), no.cause());
                }
            }
            if (before != null) {
                switch (lending.lend(start.action(), before.operation(), start.at())) {
                    case Lent.Nothing _ -> {}
                    case Lent.Borrowed borrowed -> before = before.with(borrowed.lease());
                    case Lent.Contained contained -> {
                        return held(action, start, state);
                    }
                    case Lent.Refused no -> {
                        return giveUp(action, start, state, no.code(), no.cause());
                    }
                }
            }
            Leased lent = lease;
            long epoch = restraints.epochToStart(start.action().tenant());
            action.execute(waiting -> waiting.start(
                    start.claim(),
                    operation.idempotent(),
                    operation.connectorVersion(),
                    operation.schemaDigest(),
                    Fingerprint.of(requested.given()),
                    lent,
                    epoch,
                    start.at()));
            if (state == ActionState.QUEUED) {
                backlog.leave(start.action());
            }
        }
        return new Start.Go(
                operation,
                new Target(requested.system(), requested.target()),
                requested.given(),
                IdempotencyKeys.sent(queued.idempotencyKey()),
                lease == null ? null : lease.lease(start.action(), operation),
                before);
    }

    /** What has to be read before its effect, for whoever may have to undo it; null if nothing has. */
    private Start.@Nullable Before before(ActionId action, Operation operation, Requested requested) {
        Compensation compensation = operation.compensation();
        Compensation.Read read = compensation == null
                ? null
                : compensation.before(new Target(requested.system(), requested.target()), requested.given());
        if (read == null) {
            return null;
        }
        Operation reads = connectors.operation(action.tenant(), requested.system(), read.operation());
        return new Start.Before(reads, read.target(), reads.validated(read.target(), read.arguments()), null);
    }

    /**
     * The call itself may follow now. Asked again, it changes nothing.
     *
     * @return what is in the way of it: contained since, or not this worker's any more; empty if nothing is
     */
    @CommandHandler
    Optional<Cause> handle(RecordPrior record) {
        Aggregate<Action> action = load(record.action());
        if (!action.invoke(running -> running.runsFor(record.claim()))) {
            return Optional.of(TAKEN);
        }
        Optional<Restriction> contained = restraints.atStart(
                record.action(), action.invoke(Action::queued).requested(), action.invoke(Action::isAgreed));
        if (contained.isPresent()) {
            return contained.map(Restriction::cause);
        }
        if (!action.invoke(Action::hasPrior)) {
            if (!record.redactions().isEmpty()) {
                action.execute(running -> running.redacted(null, record.redactions(), record.at()));
            }
            action.execute(running ->
                    running.sawBefore(record.read(), record.connectorVersion(), record.prior(), record.at()));
        }
        return Optional.empty();
    }

    @CommandHandler
    ActionState handle(RecordOutcome record) {
        Aggregate<Action> action = load(record.action());
        if (action.invoke(running -> running.runsFor(record.claim()))) {
            if (!record.redactions().isEmpty()) {
                action.execute(running -> running.redacted(null, record.redactions(), record.at()));
            }
            watched.ended(record, action.invoke(Action::queued));
            ActionEvent ended = action.invoke(running -> running.record(record.outcome(), record.at()));
            if (record.outcome() instanceof Outcome.Unknown) {
                quotas.settleInDoubt(record.action(), record.at());
            } else {
                settle(record.action(), record.outcome().attempts(), actual(record.outcome()), record.at());
            }
            ended(record.action(), ended);
        }
        return action.invoke(Action::state);
    }

    @CommandHandler
    ActionState handle(CancelAction cancel) {
        Aggregate<Action> action = load(cancel.action());
        if (cancel.cause() != null && !isWaiting(action.invoke(Action::state))) {
            // What is contained and waits no more has started, or ended, before.
            return action.invoke(Action::state);
        }
        if (action.invoke(Action::state) != ActionState.CANCELLED) {
            Optional<ActionQueued> queued = Optional.ofNullable(action.invoke(Action::queued));
            ActionEvent cancelled = action.invoke(waiting -> waiting.cancel(cancel.cause(), cancel.at()));
            queued.ifPresent(admitted -> {
                quotas.release(cancel.action(), cancel.at());
                backlog.withdraw(
                        cancel.action(), admitted.pool(), admitted.requested().system());
            });
            ended(cancel.action(), cancelled);
        }
        return ActionState.CANCELLED;
    }

    private static boolean isWaiting(ActionState state) {
        return state == ActionState.QUEUED || state == ActionState.APPROVAL_REQUIRED;
    }

    @CommandHandler
    ActionState handle(RecoverAction recover, MetaData metaData) {
        Aggregate<Action> action = load(recover.action());
        ActionState state = action.invoke(Action::state);
        if (state == ActionState.RUNNING || state == ActionState.CHECKING) {
            ActionQueued queued = action.invoke(Action::queued);
            ActionEvent recovered = action.invoke(running -> running.recover(recover.at()));
            if (recovered.endsIt()) {
                quotas.settleInDoubt(recover.action(), recover.at());
                ended(recover.action(), recovered);
            } else {
                backlog.queue(Admission.waiting(recover.action(), queued, action.invoke(Action::isAgreed), metaData));
            }
        }
        return action.invoke(Action::state);
    }

    /** The operation as it is described now; arguments that fitted another schema must fit this one too. */
    private Operation operation(ActionId action, Requested requested) {
        Operation operation = connectors.operation(action.tenant(), requested.system(), requested.operation());
        if (!operation.schemaDigest().equals(requested.schemaDigest())) {
            var unused = operation.validated(new Target(requested.system(), requested.target()), requested.given());
        }
        return operation;
    }

    private static boolean isAsDescribed(Operation operation, Requested requested) {
        return operation.schemaDigest().equals(requested.schemaDigest())
                && operation.destination().equals(requested.destination());
    }

    private Start giveUp(Aggregate<Action> action, StartAction start, ActionState state, Refusal changed) {
        Cause cause = new Cause(
                Cause.Owner.TENANT,
                "connector",
                null,
                null,
                null,
                null,
                null,
                null,
                "The connector changed while the action waited: " + changed.getMessage());
        return giveUp(action, start, state, "operation_changed", cause);
    }

    private Start giveUp(Aggregate<Action> action, StartAction start, ActionState state, String code, Cause cause) {
        ActionEvent failed = action.invoke(waiting -> waiting.fail(code, cause, start.at()));
        quotas.release(start.action(), start.at());
        if (state == ActionState.QUEUED) {
            backlog.leave(start.action());
        }
        ended(start.action(), failed);
        return new Start.Skip(ActionState.FAILED);
    }

    /** What never left the platform is not spent. */
    private void settle(ActionId action, int requests, @Nullable Estimate actual, Instant at) {
        if (requests == 0) {
            quotas.release(action, at);
        } else {
            quotas.settle(action, actual, at);
        }
    }

    private static @Nullable Estimate actual(Outcome outcome) {
        return outcome instanceof Outcome.Succeeded done ? done.actual() : null;
    }

    private void ended(ActionId action, ActionEvent event) {
        CurrentUnitOfWork.get().afterCommit(committed -> {
            cache.remove(action.toString());
            outcomes.ended(action, event);
        });
    }

    private Aggregate<Action> load(ActionId action) {
        return actions.load(action.toString());
    }
}
