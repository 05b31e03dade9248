package execution;

import execution.ActionCommand.CompensateAction;
import execution.ActionCommand.PrepareProbe;
import execution.ActionCommand.ReconcileAction;
import execution.ActionEvent.Requested;
import execution.gateway.Connectors;
import execution.gateway.Operation;
import execution.gateway.ToolGateway;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import quota.Quotas;
import tenancy.ActionId;
import tenancy.Conflict;
import tenancy.Target;

/** What is written down about an action after its end: what came of it if nobody knew, and that it was undone. */
@Component
class Reconciling {

    private final Repository<Action> actions;
    private final Connectors connectors;
    private final Payloads payloads;
    private final Quotas quotas;

    Reconciling(Repository<Action> actions, Connectors connectors, Payloads payloads, Quotas quotas) {
        this.actions = actions;
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
                        IdempotencyKeys.sent(queued.idempotencyKey())));
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
