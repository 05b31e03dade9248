package quota;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import quota.QuotaEvent.QuotaClassChanged;
import quota.QuotaEvent.QuotaClassDefined;

/** A named set of limits that tenants subscribe to. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class QuotaClass {

    @AggregateIdentifier
    private String id;

    private DefinedClass inForce;

    QuotaClass() {}

    QuotaClass(QuotaClassId quotaClass, Limits limits) {
        id = quotaClass.toString();
        apply(new QuotaClassDefined(quotaClass.name(), limits));
    }

    void change(Limits limits) {
        if (!limits.equals(inForce.limits())) {
            apply(new QuotaClassChanged(inForce.name(), limits, inForce.version() + 1));
        }
    }

    DefinedClass inForce() {
        return inForce;
    }

    @EventSourcingHandler
    void on(QuotaClassDefined defined, @SourceId String quotaClass) {
        id = quotaClass;
        inForce = new DefinedClass(defined.name(), defined.limits(), 1);
    }

    @EventSourcingHandler
    void on(QuotaClassChanged changed) {
        inForce = new DefinedClass(changed.name(), changed.limits(), changed.version());
    }
}
