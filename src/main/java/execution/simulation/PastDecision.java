package execution.simulation;

import execution.ActionEvent;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Requested;
import execution.ActionState;
import execution.gateway.Quarantined;
import java.util.Optional;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.PastEvents.Past;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * One decision of the past, as policy saw it.
 *
 * @param verdict what policy said; a quota that refused what policy allowed is no part of it
 * @param admitted whether it was queued, and its estimate reserved
 */
record PastDecision(ActionEnvelope envelope, String verdict, boolean admitted) {

    static final String ALLOWED = "allowed";
    static final String DENIED = "denied";
    static final String NEEDS_APPROVAL = "needs_approval";
    static final String NEEDS_CHECK = "needs_check";

    /** The events that decisions are written down as; {@link PastDecisions} reads them as such. */
    static final Set<Class<?>> TYPES =
            Set.of(ActionQueued.class, ActionRefused.class, ActionHeld.class, ChecksRequired.class);

    /** Empty for an event that is no decision by itself, or does not say on whose behalf or about what it was taken. */
    static Optional<PastDecision> of(TenantId tenant, Past past) {
        return past.event() instanceof ActionEvent event ? of(tenant, event, past.metaData()) : Optional.empty();
    }

    private static Optional<PastDecision> of(TenantId tenant, ActionEvent event, MetaData metaData) {
        if (event instanceof ActionQueued queued) {
            return envelope(tenant, event, queued.requested(), metaData)
                    .map(envelope -> new PastDecision(envelope, ALLOWED, true));
        }
        if (event instanceof ActionRefused refused) {
            if (refused.cause().kind().equals(Quarantined.KIND)) {
                // What policy said of it is not what it was refused for.
                return Optional.empty();
            }
            String verdict = refused.state() == ActionState.DENIED ? DENIED : ALLOWED;
            return envelope(tenant, event, refused.requested(), metaData)
                    .map(envelope -> new PastDecision(envelope, verdict, false));
        }
        if (event instanceof ActionHeld held) {
            return envelope(tenant, event, held.requested(), metaData)
                    .map(envelope -> new PastDecision(envelope, NEEDS_APPROVAL, false));
        }
        return Optional.empty();
    }

    /** The same, admitted to be checked before it starts. */
    PastDecision checked() {
        return new PastDecision(envelope, NEEDS_CHECK, admitted);
    }

    private static Optional<ActionEnvelope> envelope(
            TenantId tenant, ActionEvent event, Requested requested, MetaData context) {
        String workspace = text(context, TenantContext.WORKSPACE);
        String agent = text(context, TenantContext.AGENT);
        String run = text(context, TenantContext.RUN);
        String arguments = requested.arguments();
        if (workspace.isEmpty() || agent.isEmpty() || run.isEmpty() || arguments == null) {
            // Without its arguments, what a rule says of them cannot be said again.
            return Optional.empty();
        }
        return Optional.of(new ActionEnvelope(
                new ActionId(tenant, event.action()),
                new WorkspaceId(tenant, workspace),
                new AgentId(tenant, agent),
                requested.agentClass(),
                requested.trustZone(),
                new RunId(tenant, run),
                text(context, TenantContext.PROFILE),
                text(context, TenantContext.QUOTA_CLASS),
                requested.operation(),
                requested.effect(),
                new Target(requested.system(), requested.target()),
                requested.destination(),
                arguments,
                requested.dataClasses(),
                requested.model(),
                requested.recipients(),
                requested.estimate()));
    }

    private static String text(MetaData context, String key) {
        return context.get(key) instanceof String text ? text : "";
    }
}
