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
import tenancy.Conflict;
import tenancy.Posture;
import tenancy.Postures;
import tenancy.Subject;
import tenancy.TenantContext;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantErased;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.registry.TenantCommand.ChangeTenant;
import tenancy.registry.TenantCommand.EraseTenant;
import tenancy.registry.TenantCommand.FindTenant;
import tenancy.registry.TenantCommand.RegisterTenant;

/** One customer of the platform. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class Tenant {

    @AggregateIdentifier
    private String tenant;

    private String name;
    private String quotaClass;
    private Instant createdAt;
    private boolean erased;

    Tenant() {}

    Tenant(RegisterTenant register) {
        apply(new TenantRegistered(register.name(), register.quotaClass()));
    }

    @CommandHandler
    TenantView handle(ChangeTenant change) {
        requireNotErased();
        var changed = new TenantChanged(
                requireNonNullElse(change.name(), name), requireNonNullElse(change.quotaClass(), quotaClass));
        if (!changed.equals(new TenantChanged(name, quotaClass))) {
            apply(changed);
        }
        return view();
    }

    /** Only of a tenant in which nothing goes on any more: what runs would write down what must not be kept. */
    @CommandHandler
    void handle(EraseTenant erase, Postures postures) {
        requireNotErased();
        boolean killed = postures.on(erase.tenant(), Subject.OF_TENANT)
                .filter(restriction -> restriction.posture() == Posture.KILLED)
                .isPresent();
        if (!killed) {
            throw new Conflict(
                    "tenant_not_killed",
                    "Only a tenant that is killed can be erased: set the posture killed on the tenant first,"
                            + " with POST /v1/containment.");
        }
        apply(new TenantErased(erase.reason(), erase.contentKeys(), erase.from(), erase.through()));
    }

    private void requireNotErased() {
        if (erased) {
            throw new Conflict("tenant_erased", "The tenant was erased: nothing of it can be changed any more.");
        }
    }

    @CommandHandler
    TenantView handle(FindTenant find) {
        return view();
    }

    TenantView view() {
        return new TenantView(tenant, name, quotaClass, createdAt);
    }

    @EventSourcingHandler
    void on(
            TenantRegistered registered,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String inTenant,
            @Timestamp Instant at) {
        tenant = inTenant;
        name = registered.name();
        quotaClass = registered.quotaClass();
        createdAt = at;
    }

    @EventSourcingHandler
    void on(TenantChanged changed) {
        name = changed.name();
        quotaClass = changed.quotaClass();
    }

    @EventSourcingHandler
    void on(TenantErased unused) {
        erased = true;
    }
}
