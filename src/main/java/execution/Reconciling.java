package execution;

import execution.ActionCommand.CompensateAction;
import execution.ActionCommand.LendProbe;
import execution.ActionCommand.PrepareProbe;
import execution.ActionCommand.ReconcileAction;
import execution.ActionEvent.Requested;
import execution.Lending.Lent;
import execution.gateway.Connectors;
import execution.gateway.Gate;
import execution.gateway.Operation;
import execution.gateway.ToolGateway;
import java.time.Instant;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import quota.Quotas;
import secrets.Lease;
import tenancy.ActionId;
import tenancy.Conflict;
import tenancy.Target;

/** What is written down about an action after its end: what came of it if nobody knew, and that it was undone. */
@Component
class Reconciling {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciling.class);

    private final Repository<Action> actions;
    private final Connectors connectors;
    private final Payloads payloads;
    private final Quotas quotas;
    private final Lending lending;

    Reconciling(Repository<Action> actions, Connectors connectors, Payloads payloads, Quotas quotas, Lending lending) {
        this.actions = actions;
        this.lending = lending;
        this.connectors = connectors;
        this.payloads = payloads;
        this.quotas = quotas;
    }

    /** What was called, and the operation as it is described now. */
    record Called(Operation operation, ToolGateway.Call call) {}

    @CommandHandler
    Called handle(PrepareProbe prepare, MetaData metaData) {
        ActionId id = prepare.action();
        Aggregate<Action> action = unknown(id);
        ActionEvent.ActionQueued queued = action.invoke(Action::queued);
        Requested requested = payloads.whole(id, queued.requested());
        Operation operation = connectors.operation(id.tenant(), requested.system(), requested.operation());
        return new Called(
                operation,
                new ToolGateway.Call(
                        id,
                        Origin.context(id.tenant(), metaData),
                        new Target(requested.system(), requested.target()),
                        requested.given(),
                        IdempotencyKeys.sent(queued.idempotencyKey()),
                        null,
                        redaction -> {},
                        Gate.OPEN,
                        lender(lent(id, operation, prepare.at()))));
    }

    private static ToolGateway.Lender lender(@Nullable Lease lent) {
        return read -> lent;
    }

    /** Its own lease, of a read, whatever the action itself was lent: nobody writes with what only looks. */
    @CommandHandler
    Optional<Lease> handle(LendProbe lend) {
        Aggregate<Action> action = actions.load(lend.action().toString());
        if (!action.invoke(running -> running.runsFor(lend.claim()))) {
            return Optional.empty();
        }
        Requested requested = action.invoke(Action::queued).requested();
        Operation operation = connectors.operation(lend.action().tenant(), requested.system(), requested.operation());
        return Optional.ofNullable(lent(lend.action(), operation, lend.at()));
    }

    private @Nullable Lease lent(ActionId action, Operation operation, Instant at) {
        String probe = operation.probe().orElse(null);
        if (probe == null) {
            return null;
        }
        Operation read = connectors.operation(action.tenant(), operation.system(), probe);
        return switch (lending.lend(action, read, at)) {
            case Lent.Borrowed borrowed -> borrowed.lease();
            case Lent.Nothing _, Lent.Contained _ -> null;
            case Lent.Refused refused -> {
                LOG.debug("Nothing is lent to look for the effect of {}: {}", action, refused.code());
                yield null;
            }
        };
    }

    @CommandHandler
    ActionState handle(ReconcileAction reconcile) {
        ActionState state = reconcile.finding().state();
        unknown(reconcile.action()).execute(action -> action.reconcile(reconcile.finding(), reconcile.at()));
        if (state == ActionState.FAILED) {
            quotas.giveBack(reconcile.action());
        }
        return state;
    }

    @CommandHandler
    ActionState handle(CompensateAction compensate) {
        Aggregate<Action> action = actions.load(compensate.action().toString());
        action.execute(done -> done.compensated(compensate.by().key(), compensate.at()));
        return action.invoke(Action::state);
    }

    private Aggregate<Action> unknown(ActionId id) {
        Aggregate<Action> action = actions.load(id.toString());
        ActionState state = action.invoke(Action::state);
        if (state != ActionState.OUTCOME_UNKNOWN) {
            throw new Conflict(
                    "outcome_known",
                    "Action %s is %s: only one whose outcome is unknown can be reconciled."
                            .formatted(id.key(), state.word()));
        }
        return action;
    }
}
