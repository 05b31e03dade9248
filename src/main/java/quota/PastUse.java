package quota;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.PastPostures;
import tenancy.PastStates;
import tenancy.RunId;
import tenancy.Subject;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.TenantId;

/** What a tenant used at a moment of the past, under the limits of then: its class and overrides, and that class's limits. */
@Component
class PastUse {

    private final PastStates past;
    private final PastPostures postures;

    PastUse(PastStates past, PastPostures postures) {
        this.past = past;
        this.postures = postures;
    }

    /** A tenant's ledger as it was, read at that time. */
    record Then(Moment moment, Instant at, String quotaClass, Limits limits, Budget budget) {

        Use use() {
            return budget.use(limits, at);
        }
    }

    /** @throws tenancy.NotThereYet if the tenant was not registered by then */
    Then at(TenantId tenant, Moment moment) {
        Instant at = past.time(tenant, moment);
        String quotaClass = quotaClass(tenant, moment);
        Optional<Budget> ledger = past.find(tenant, Budget.class, new BudgetId(tenant).toString(), moment);
        return new Then(moment, at, quotaClass, limits(quotaClass, at), ledger.orElseGet(Budget::new));
    }

    /** What a run used of its caps: of its time, what it had not stood still. */
    List<Use.Line> ofRun(Then then, RunId run) {
        RunClock clock = (use, now) -> now.minus(postures.stoodStill(
                run.tenant(),
                Subject.ofRun(
                        use.workspace(),
                        agentClass(new AgentId(run.tenant(), use.agent()), then.moment()),
                        use.agent(),
                        run.key()),
                use.startedAt(),
                now,
                then.moment()));
        return then.budget().useOfRun(run.key(), then.limits(), then.at(), clock);
    }

    private String quotaClass(TenantId tenant, Moment moment) {
        String quotaClass = null;
        for (DomainEventMessage<?> message : past.events(tenant, tenant.value(), moment)) {
            quotaClass = named(message.getPayload(), quotaClass);
        }
        if (quotaClass == null) {
            throw new NotFound("tenant", tenant.value());
        }
        return quotaClass;
    }

    private static @Nullable String named(Object event, @Nullable String before) {
        return switch (event) {
            case TenantRegistered registered -> registered.quotaClass();
            case TenantChanged changed -> changed.quotaClass();
            default -> before;
        };
    }

    private String agentClass(AgentId agent, Moment moment) {
        String agentClass = null;
        for (DomainEventMessage<?> message : past.events(agent.tenant(), agent.toString(), moment)) {
            agentClass = switch (message.getPayload()) {
                case AgentRegistered registered -> registered.agentClass();
                case AgentChanged changed -> changed.agentClass();
                default -> agentClass;
            };
        }
        if (agentClass == null) {
            throw new NotFound("agent", agent.key());
        }
        return agentClass;
    }

    private Limits limits(String quotaClass, Instant at) {
        return past.find(TenantId.FLEET, QuotaClass.class, new QuotaClassId(quotaClass).toString(), new Moment.At(at))
                .orElseThrow(() -> new UnknownQuotaClass(quotaClass))
                .inForce()
                .limits();
    }
}
