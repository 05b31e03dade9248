package journal;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;

/**
 * Axon's event store, which also tells the lane that its command has begun to change something, wakes projections only for
 * events that one of them handles, and reads short streams at once.
 */
class JournalEventStore extends EmbeddedEventStore {

    private final ProjectedTypes projected;
    private final JournalStorage storage;

    JournalEventStore(Builder builder, ProjectedTypes projected, JournalStorage storage) {
        super(builder.storageEngine(storage));
        this.projected = projected;
        this.storage = storage;
    }

    @Override
    public DomainEventStream readEvents(String aggregate) {
        return storage.shortStream(aggregate)
                .map(stored ->
                        DomainEventStream.concat(stored, DomainEventStream.of(stagedDomainEventMessages(aggregate))))
                .orElseGet(() -> super.readEvents(aggregate));
    }

    @Override
    public void publish(List<? extends EventMessage<?>> events) {
        Append.current()
                .orElseThrow(() -> new IllegalStateException(
                        "Events come from commands: send a command into the tenant's lane instead of publishing"))
                .applied(events.size());
        super.publish(events);
    }

    @Override
    protected void afterCommit(List<? extends EventMessage<?>> events) {
        for (EventMessage<?> event : events) {
            if (projected.handles(event.getPayloadType())) {
                super.afterCommit(events);
                return;
            }
        }
    }
}
