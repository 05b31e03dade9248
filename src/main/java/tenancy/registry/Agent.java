package tenancy.registry;

import static java.util.Objects.requireNonNullElse;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.TenantContext;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tenancy.registry.TenantCommand.ChangeAgent;
import tenancy.registry.TenantCommand.FindAgent;
import tenancy.registry.TenantCommand.RegisterAgent;

/** One registered agent: its class and trust zone, and the profile and quota class it is held to. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class Agent {

    @AggregateIdentifier
    private String id;

    private String tenant;
    private Instant createdAt;

    /** The registration in force, in the words of the event that would set it. */
    private AgentChanged now;

    /** Made from it when it is asked for; never stored. */
    private transient Registration registration;

    Agent() {}

    Agent(RegisterAgent register) {
        apply(new AgentRegistered(
                register.agent().key(),
                register.workspace().key(),
                register.agentClass(),
                register.trustZone(),
                register.policyProfile(),
                register.quotaClass()));
    }

    @CommandHandler
    AgentView handle(ChangeAgent change) {
        var changed = new AgentChanged(
                now.agent(),
                now.workspace(),
                requireNonNullElse(change.agentClass(), now.agentClass()),
                requireNonNullElse(change.trustZone(), now.trustZone()),
                requireNonNullElse(change.policyProfile(), now.policyProfile()),
                requireNonNullElse(change.quotaClass(), now.quotaClass()),
                requireNonNullElse(change.active(), now.active()));
        if (!changed.equals(now)) {
            apply(changed);
        }
        return view();
    }

    @CommandHandler
    AgentView handle(FindAgent find) {
        return view();
    }

    AgentView view() {
        return new AgentView(
                now.agent(),
                now.workspace(),
                now.agentClass(),
                now.trustZone(),
                now.policyProfile(),
                now.quotaClass(),
                now.active(),
                createdAt);
    }

    Registration registration() {
        Registration made = registration;
        if (made == null) {
            TenantId owner = new TenantId(tenant);
            made = new Registration(
                    new AgentId(owner, now.agent()),
                    new WorkspaceId(owner, now.workspace()),
                    now.agentClass(),
                    now.trustZone(),
                    now.policyProfile(),
                    now.quotaClass(),
                    now.active());
            registration = made;
        }
        return made;
    }

    @EventSourcingHandler
    void on(
            AgentRegistered registered,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String inTenant,
            @Timestamp Instant at) {
        id = new AgentId(new TenantId(inTenant), registered.agent()).toString();
        tenant = inTenant;
        createdAt = at;
        now = new AgentChanged(
                registered.agent(),
                registered.workspace(),
                registered.agentClass(),
                registered.trustZone(),
                registered.policyProfile(),
                registered.quotaClass(),
                true);
        registration = null;
    }

    @EventSourcingHandler
    void on(AgentChanged changed) {
        now = changed;
        registration = null;
    }
}
