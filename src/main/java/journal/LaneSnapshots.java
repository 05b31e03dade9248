package journal;

import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tenancy.TenantId;

/**
 * Writes down the state that an aggregate has in its lane, where nobody else changes it: to read its events again beside
 * the lane, as Axon does, costs about as much as it took to decide on them. The state is stored beside the lane, after
 * the commit of the last event in it.
 */
class LaneSnapshots implements Snapshotter {

    private static final Logger log = LoggerFactory.getLogger(LaneSnapshots.class);

    private final Configuration axon;
    private final JournalSerializer serializer;
    private final NewestSnapshots newest;

    LaneSnapshots(Configuration axon, JournalSerializer serializer, EventStore events) {
        this.axon = axon;
        this.serializer = serializer;
        newest = new NewestSnapshots(events::storeSnapshot);
    }

    /** In the lane, once the commands of a batch are decided and before they are committed. */
    @Override
    public void scheduleSnapshot(Class<?> aggregateType, String aggregate) {
        try {
            DomainEventMessage<?> snapshot =
                    taken(axon.repository(aggregateType).load(aggregate));
            CurrentUnitOfWork.get().afterCommit(durable -> newest.add(snapshot));
        } catch (RuntimeException failed) {
            log.warn("The state of {} cannot be written down", aggregate, failed);
        }
    }

    private DomainEventMessage<?> taken(Aggregate<?> aggregate) {
        return aggregate.invoke(state -> {
            var snapshot = new GenericDomainEventMessage<>(
                    aggregate.type(), aggregate.identifierAsString(), aggregate.version(), state);
            // It keeps this form: the state itself goes on changing.
            var unused = serializer.sealed(TenantId.ofAggregate(aggregate.identifierAsString()), snapshot);
            return snapshot;
        });
    }
}
