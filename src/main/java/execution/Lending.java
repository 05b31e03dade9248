package execution;

import execution.gateway.Operation;
import java.time.Instant;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.stereotype.Component;
import secrets.Lease;
import secrets.Leases;
import secrets.Mode;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.TenantContext;

/**
 * Borrows the credential for what is about to start, in the unit of work that commits the intent: neither is there
 * without the other. Used inside the tenant's lane only.
 */
@Component
class Lending {

    private final Leases leases;
    private final Agents agents;

    Lending(Leases leases, Agents agents) {
        this.leases = leases;
        this.agents = agents;
    }

    sealed interface Lent {

        /** The operation needs no credential. */
        record Nothing() implements Lent {}

        record Borrowed(Lease lease) implements Lent {}

        record Refused(String code, Cause cause) implements Lent {}

        /** Its credential is contained: it waits for the release. */
        record Contained() implements Lent {}
    }

    Lent lend(ActionId action, Operation operation, Instant at) {
        if (!operation.needsCredential()) {
            return new Lent.Nothing();
        }
        TenantContext context = Origin.context(
                action.tenant(), CurrentUnitOfWork.get().getMessage().getMetaData());
        AgentId agent = context.agent();
        if (agent == null) {
            throw new IllegalStateException("Action %s is of no agent.".formatted(action));
        }
        Registration registered;
        try {
            registered = agents.registration(agent);
        } catch (Refusal gone) {
            return refused(gone.code(), String.valueOf(gone.getMessage()));
        }
        if (!registered.active()) {
            return refused("agent_retired", "The agent %s is retired: nothing is lent to it.".formatted(agent.key()));
        }
        var request = new Leases.Request(
                action,
                context,
                registered.agentClass(),
                registered.trustZone(),
                operation.system(),
                operation.name(),
                operation.destination(),
                operation.origin(),
                Mode.of(operation.effect()),
                operation.handsOut(),
                at);
        return switch (leases.lease(request)) {
            case Leases.Answer.Issued issued -> new Lent.Borrowed(issued.lease());
            case Leases.Answer.Refused no -> new Lent.Refused(no.code(), no.cause());
            case Leases.Answer.Contained contained -> new Lent.Contained();
        };
    }

    private static Lent refused(String code, String words) {
        return new Lent.Refused(
                code, new Cause(Cause.Owner.TENANT, "credential", null, null, null, null, null, null, words));
    }
}
