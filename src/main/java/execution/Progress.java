package execution;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.RecoverAction;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.Requested;
import execution.gateway.Connectors;
import execution.gateway.Operation;
import execution.gateway.Outcome;
import java.time.Instant;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.common.caching.Cache;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import quota.Quotas;
import tenancy.ActionId;
import tenancy.Estimate;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Target;

/** What happens to an action after its admission, committed together with what becomes of its reservation. */
@Component
class Progress {

    private final Repository<Action> actions;
    private final Connectors connectors;
    private final Quotas quotas;
    private final Backlog backlog;
    private final Outcomes outcomes;
    /** An ended action is hardly asked for again: its place is for those that still have a way to go. */
    private final Cache cache;

    Progress(
            Repository<Action> actions,
            Connectors connectors,
            Quotas quotas,
            Backlog backlog,
            Outcomes outcomes,
            @Qualifier("aggregateCache") Cache cache) {
        this.actions = actions;
        this.connectors = connectors;
        this.quotas = quotas;
        this.backlog = backlog;
        this.outcomes = outcomes;
        this.cache = cache;
    }

    @CommandHandler
    Start handle(StartAction start) {
        Aggregate<Action> action = load(start.action());
        ActionState state = action.invoke(Action::state);
        boolean askedAgain = action.invoke(known -> known.runsFor(start.claim()));
        if (state != ActionState.QUEUED && !askedAgain) {
            return new Start.Skip(state);
        }
        ActionQueued queued = action.invoke(Action::queued);
        Operation operation;
        try {
            operation = operation(start.action(), queued.requested());
        } catch (Refusal changed) {
            return askedAgain ? new Start.Skip(state) : giveUp(action, start, changed);
        }
        if (!askedAgain) {
            action.execute(waiting -> waiting.start(
                    start.claim(),
                    operation.idempotent(),
                    operation.connectorVersion(),
                    operation.schemaDigest(),
                    start.at()));
            backlog.leave(start.action());
        }
        Requested requested = queued.requested();
        return new Start.Go(
                operation,
                new Target(requested.system(), requested.target()),
                requested.arguments(),
                IdempotencyKeys.sent(queued.idempotencyKey()));
    }

    @CommandHandler
    ActionState handle(RecordOutcome record) {
        Aggregate<Action> action = load(record.action());
        if (action.invoke(running -> running.runsFor(record.claim()))) {
            ActionEvent ended = action.invoke(running -> running.record(record.outcome(), record.at()));
            settle(record.action(), record.outcome().attempts(), actual(record.outcome()), record.at());
            ended(record.action(), ended);
        }
        return action.invoke(Action::state);
    }

    @CommandHandler
    ActionState handle(CancelAction cancel) {
        Aggregate<Action> action = load(cancel.action());
        if (action.invoke(Action::state) != ActionState.CANCELLED) {
            ActionQueued queued = action.invoke(Action::queued);
            ActionEvent cancelled = action.invoke(waiting -> waiting.cancel(cancel.at()));
            quotas.release(cancel.action(), cancel.at());
            backlog.withdraw(cancel.action(), queued.pool(), queued.requested().system());
            ended(cancel.action(), cancelled);
        }
        return ActionState.CANCELLED;
    }

    @CommandHandler
    ActionState handle(RecoverAction recover, MetaData metaData) {
        Aggregate<Action> action = load(recover.action());
        if (action.invoke(Action::state) == ActionState.RUNNING) {
            ActionQueued queued = action.invoke(Action::queued);
            ActionEvent recovered = action.invoke(running -> running.recover(recover.at()));
            if (recovered.endsIt()) {
                settle(recover.action(), 1, null, recover.at());
                ended(recover.action(), recovered);
            } else {
                backlog.queue(Admission.waiting(recover.action(), queued, metaData));
            }
        }
        return action.invoke(Action::state);
    }

    /** The operation as it is described now; arguments that fitted another schema must fit this one too. */
    private Operation operation(ActionId action, Requested requested) {
        Operation operation = connectors.operation(action.tenant(), requested.system(), requested.operation());
        if (!operation.schemaDigest().equals(requested.schemaDigest())) {
            var unused = operation.validated(new Target(requested.system(), requested.target()), requested.arguments());
        }
        return operation;
    }

    private Start giveUp(Aggregate<Action> action, StartAction start, Refusal changed) {
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
        ActionEvent failed = action.invoke(waiting -> waiting.fail("operation_changed", cause, start.at()));
        quotas.release(start.action(), start.at());
        backlog.leave(start.action());
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
