package journal;

import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.SnapshotTrigger;
import org.axonframework.eventsourcing.SnapshotTriggerDefinition;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;

/**
 * Takes a snapshot after so many events of an aggregate, and later if its last snapshot was large: to store a state
 * with a hundred thousand open reservations again after every thousand of them would cost more than all else that a hot
 * tenant does. So each event pays for a bounded number of bytes, whatever the state has grown to.
 */
class SnapshotTriggers implements SnapshotTriggerDefinition {

    static final int BYTES_AN_EVENT = 200;

    private final Snapshotter snapshotter;
    private final SnapshotSizes sizes;
    private final int every;

    SnapshotTriggers(Snapshotter snapshotter, SnapshotSizes sizes, int every) {
        this.snapshotter = snapshotter;
        this.sizes = sizes;
        this.every = every;
    }

    @Override
    public SnapshotTrigger prepareTrigger(Class<?> aggregateType) {
        return new Trigger(snapshotter, aggregateType, sizes, every);
    }

    /** Aggregates are cached in this process only, with the trigger they have. */
    @Override
    public SnapshotTrigger reconfigure(Class<?> aggregateType, SnapshotTrigger trigger) {
        return trigger;
    }

    private static final class Trigger implements SnapshotTrigger {

        private final Snapshotter snapshotter;
        private final Class<?> aggregateType;
        private final SnapshotSizes sizes;
        private final int every;
        private int events;

        Trigger(Snapshotter snapshotter, Class<?> aggregateType, SnapshotSizes sizes, int every) {
            this.snapshotter = snapshotter;
            this.aggregateType = aggregateType;
            this.sizes = sizes;
            this.every = every;
        }

        /** Also while a stream is read: one that is long is due with the first command that it is read for. */
        @Override
        public void eventHandled(EventMessage<?> message) {
            events++;
            if (events >= every
                    && message instanceof DomainEventMessage<?> event
                    && (long) events * BYTES_AN_EVENT >= sizes.of(event.getAggregateIdentifier())
                    && Append.current().isPresent()) {
                events = 0;
                String aggregate = event.getAggregateIdentifier();
                CurrentUnitOfWork.get()
                        .onPrepareCommit(decided -> snapshotter.scheduleSnapshot(aggregateType, aggregate));
            }
        }

        @Override
        public void initializationFinished() {
            // It makes no difference here.
        }
    }
}
