package quota;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.PastStates;
import tenancy.RunId;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.TenantId;

/** What a tenant used at a moment of the past, under the limits of then: its class and overrides, and that class's limits. */
@Component
class PastUse {

    private final PastStates past;

    PastUse(PastStates past) {
        this.past = past;
    }

    /** A tenant's ledger as it was, read at that time. */
    record Then(Instant at, Budget budget, Limits limits) {

        Use use() {
            return budget.use(limits, at);
        }

        /** Time in which the run stood still counts as its own here: how it was contained is no part of its ledger. */
        List<Use.Line> ofRun(RunId run) {
            return budget.useOfRun(run.key(), limits, at, RunClock.PLAIN);
        }
    }

    /** @throws tenancy.NotThereYet if the tenant was not registered by then */
    Then at(TenantId tenant, Moment moment) {
        Instant at = past.time(tenant, moment);
        Limits limits = limits(quotaClass(tenant, moment), at);
        Optional<Budget> ledger = past.find(tenant, Budget.class, new BudgetId(tenant).toString(), moment);
        return new Then(at, ledger.orElseGet(Budget::new), limits);
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

    private Limits limits(String quotaClass, Instant at) {
        return past.find(TenantId.FLEET, QuotaClass.class, new QuotaClassId(quotaClass).toString(), new Moment.At(at))
                .orElseThrow(() -> new UnknownQuotaClass(quotaClass))
                .inForce()
                .limits();
    }
}
