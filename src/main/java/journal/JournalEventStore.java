package journal;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;

/** Axon's event store, which also tells the lane that its command has begun to change something. */
class JournalEventStore extends EmbeddedEventStore {

    JournalEventStore(Builder builder) {
        super(builder);
    }

    @Override
    public void publish(List<? extends EventMessage<?>> events) {
        Append.current()
                .orElseThrow(() -> new IllegalStateException(
                        "Events come from commands: send a command into the tenant's lane instead of publishing"))
                .applied(events.size());
        super.publish(events);
    }
}
