package execution;

import execution.ActionCommand.PrepareProbe;
import execution.ActionCommand.ReconcileAction;
import execution.gateway.Levels.Verified;
import execution.gateway.Probes;
import java.time.Clock;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Conflict;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.WorkspaceId;

/** Finds out what came of actions: has their probe look, or takes a person's word. */
@Component
class Reconciliations {

    private final Actions actions;
    private final TenantCommands commands;
    private final Probes probes;
    private final Clock clock;

    Reconciliations(Actions actions, TenantCommands commands, Probes probes, Clock clock) {
        this.actions = actions;
        this.commands = commands;
        this.probes = probes;
        this.clock = clock;
    }

    /** @throws Conflict {@code outcome_known}, {@code no_probe} or {@code probe_inconclusive} */
    ActionView byProbe(TenantContext context, ActionId action) {
        TenantContext within = within(context, action);
        Reconciling.Called called = commands.ask(within, new PrepareProbe(action, clock.instant()));
        Verified seen = probes.probe(called.operation(), called.call());
        return switch (seen) {
            case VERIFIED -> found(within, action, new Finding(ActionState.SUCCEEDED, context.principal(), null, seen));
            case REFUTED -> found(within, action, new Finding(ActionState.FAILED, context.principal(), null, seen));
            case NOT_PROBED ->
                throw new Conflict(
                        "no_probe",
                        "Operation %s of %s declares no probe."
                                .formatted(
                                        called.operation().name(),
                                        called.operation().system()));
            case PROBE_FAILED ->
                throw new Conflict("probe_inconclusive", "The probe gave no answer that tells; nothing was changed.");
        };
    }

    ActionView byPerson(TenantContext context, ActionId action, ActionState outcome, String evidence) {
        return found(within(context, action), action, new Finding(outcome, context.principal(), evidence, null));
    }

    private ActionView found(TenantContext within, ActionId action, Finding finding) {
        ActionState unused = commands.ask(within, new ReconcileAction(action, finding, clock.instant()));
        return actions.find(action, null);
    }

    /** The context in which it was asked for, with the caller as principal. */
    private TenantContext within(TenantContext context, ActionId action) {
        ActionView asked = actions.find(action, null);
        return context.within(
                new WorkspaceId(action.tenant(), asked.workspace()),
                new AgentId(action.tenant(), asked.agent()),
                new RunId(action.tenant(), asked.run()),
                asked.why().policyProfile(),
                asked.why().quotaClass());
    }
}
