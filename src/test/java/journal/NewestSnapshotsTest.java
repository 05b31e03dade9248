package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.junit.jupiter.api.Test;

class NewestSnapshotsTest {

    private final Semaphore mayEnd = new Semaphore(0);
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final NewestSnapshots snapshots = new NewestSnapshots(snapshot -> {
        begun.add(snapshot.getAggregateIdentifier() + " " + snapshot.getSequenceNumber());
        mayEnd.acquireUninterruptibly();
    });

    @Test
    void while_one_is_stored_only_the_newest_of_its_aggregate_waits_and_follows_it() throws Exception {
        snapshots.add(snapshot("t1/tally", 50));
        assertThat(next()).isEqualTo("t1/tally 50");

        snapshots.add(snapshot("t1/tally", 100));
        snapshots.add(snapshot("t1/tally", 150));
        assertThat(begun.poll(100, TimeUnit.MILLISECONDS)).isNull();

        mayEnd.release(1);
        assertThat(next()).isEqualTo("t1/tally 150");
        mayEnd.release(1);
        assertThat(begun.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void what_is_given_after_the_last_was_stored_is_stored_too() throws Exception {
        mayEnd.release(Integer.MAX_VALUE);
        for (int n = 0; n < 200; n++) {
            snapshots.add(snapshot("t1/tally", n));
            assertThat(next()).isEqualTo("t1/tally " + n);
        }
    }

    @Test
    void two_aggregates_are_stored_at_once_and_a_third_waits() throws Exception {
        List.of("t1/a", "t1/b", "t1/c").forEach(aggregate -> snapshots.add(snapshot(aggregate, 1)));
        next();
        next();
        assertThat(begun.poll(100, TimeUnit.MILLISECONDS)).isNull();

        mayEnd.release(3);
        assertThat(next()).isNotNull();
    }

    @Test
    void one_that_cannot_be_stored_does_not_keep_the_next_from_it() throws Exception {
        var failing = new NewestSnapshots(snapshot -> {
            begun.add("tried " + snapshot.getSequenceNumber());
            throw new OutOfMemoryError("no room for its rows");
        });
        failing.add(snapshot("t1/tally", 50));
        assertThat(next()).isEqualTo("tried 50");
        failing.add(snapshot("t1/tally", 100));
        assertThat(next()).isEqualTo("tried 100");
    }

    private String next() throws InterruptedException {
        return begun.poll(10, TimeUnit.SECONDS);
    }

    private static DomainEventMessage<?> snapshot(String aggregate, long sequence) {
        return new GenericDomainEventMessage<>("Tally", aggregate, sequence, "state");
    }
}
