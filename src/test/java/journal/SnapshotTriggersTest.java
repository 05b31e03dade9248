package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.SnapshotTrigger;
import org.axonframework.eventsourcing.Snapshotter;
import org.axonframework.messaging.GenericMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.Test;

class SnapshotTriggersTest {

    private static final String AGGREGATE = "t1/tally";

    private final List<String> taken = new ArrayList<>();
    private final SnapshotSizes sizes = new SnapshotSizes(50 * SnapshotTriggers.BYTES_AN_EVENT);
    private final Snapshotter snapshotter = (type, aggregate) -> taken.add(aggregate);
    private final SnapshotTrigger trigger =
            new SnapshotTriggers(snapshotter, sizes, 50).prepareTrigger(Sample.Tally.class);

    @Test
    void a_small_state_is_stored_every_fifty_events() {
        handle(149);

        assertThat(taken).containsExactly(AGGREGATE, AGGREGATE);
    }

    @Test
    void a_large_state_is_stored_once_its_bytes_are_earned() {
        sizes.stored(AGGREGATE, 500 * SnapshotTriggers.BYTES_AN_EVENT);

        handle(499);
        assertThat(taken).isEmpty();
        handle(1);
        assertThat(taken).containsExactly(AGGREGATE);
    }

    @Test
    void a_state_that_shrank_is_stored_as_often_as_before() {
        sizes.stored(AGGREGATE, 500 * SnapshotTriggers.BYTES_AN_EVENT);
        sizes.stored(AGGREGATE, 100);

        handle(50);

        assertThat(taken).containsExactly(AGGREGATE);
    }

    @Test
    void a_state_that_is_read_outside_of_a_lane_is_nobodys_to_store() {
        readEvents(500);
        assertThat(taken).isEmpty();

        handle(1);
        assertThat(taken).containsExactly(AGGREGATE);
    }

    private void handle(int events) {
        var unit = DefaultUnitOfWork.startAndGet(GenericMessage.asMessage("count"));
        new Append("t1").bindToCurrent();
        readEvents(events);
        unit.commit();
    }

    private void readEvents(int events) {
        for (int n = 0; n < events; n++) {
            trigger.eventHandled(new GenericDomainEventMessage<>("Tally", AGGREGATE, n, "counted"));
        }
    }
}
