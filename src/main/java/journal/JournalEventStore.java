package journal;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;

/**
 * Axon's event store, which also tells the lane that its command has begun to change something, and wakes projections
 * only for events that one of them handles.
 */
class JournalEventStore extends EmbeddedEventStore {

    private final ProjectedTypes projected;

    JournalEventStore(Builder builder, ProjectedTypes projected) {
        super(builder);
        this.projected = projected;
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
