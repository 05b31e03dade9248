package journal;

import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.AbstractSnapshotTrigger;
import org.axonframework.eventsourcing.SnapshotTrigger;
import org.axonframework.eventsourcing.SnapshotTriggerDefinition;
import org.axonframework.eventsourcing.Snapshotter;

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

    @SuppressWarnings("serial") // like the aggregate it belongs to, it never leaves the process
    private static final class Trigger extends AbstractSnapshotTrigger {

        private final transient SnapshotSizes sizes;
        private final int every;
        private String aggregate = "";
        private int events;

        Trigger(Snapshotter snapshotter, Class<?> aggregateType, SnapshotSizes sizes, int every) {
            super(snapshotter, aggregateType);
            this.sizes = sizes;
            this.every = every;
        }

        @Override
        public void eventHandled(EventMessage<?> message) {
            if (message instanceof DomainEventMessage<?> event) {
                aggregate = event.getAggregateIdentifier();
            }
            super.eventHandled(message);
        }

        @Override
        protected boolean exceedsThreshold() {
            events++;
            return events >= every && (long) events * BYTES_AN_EVENT >= sizes.of(aggregate);
        }

        @Override
        protected void reset() {
            events = 0;
        }
    }
}
