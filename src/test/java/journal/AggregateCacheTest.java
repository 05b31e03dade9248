package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventsourcing.AggregateCacheEntry;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.junit.jupiter.api.Test;
import tenancy.Sized;

class AggregateCacheTest {

    private static final int MEBIBYTE = 1024 * 1024;

    private final AggregateCache cache = new AggregateCache(8 * MEBIBYTE);

    /** Sized by what a caller sent. */
    static final class Sent implements Sized {

        @AggregateIdentifier
        private final String id;

        private long bytes;

        Sent(String id, long bytes) {
            this.id = id;
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }
    }

    @Test
    void thousands_of_small_aggregates_are_held() {
        IntStream.range(0, 5_000).forEach(n -> put(new Sent("small-" + n, 300)));

        assertThat(IntStream.range(0, 5_000).filter(n -> cache.containsKey("small-" + n)))
                .hasSize(5_000);
    }

    @Test
    void of_large_ones_only_as_many_as_there_is_memory_for() {
        IntStream.range(0, 100).forEach(n -> put(new Sent("large-" + n, MEBIBYTE)));

        assertThat(IntStream.range(0, 100).filter(n -> cache.containsKey("large-" + n)))
                .hasSizeBetween(1, 8);
    }

    @Test
    void one_that_has_grown_counts_for_what_it_is_now() {
        var grows = new Sent("grows", 300);
        put(grows);
        grows.bytes = 9 * MEBIBYTE;

        put(grows);

        assertThat(cache.containsKey("grows")).isFalse();
    }

    private void put(Sent sent) {
        var model = AnnotatedAggregateMetaModelFactory.inspectAggregate(Sent.class);
        var aggregate = EventSourcedAggregate.initialize(
                sent, model, SimpleEventBus.builder().build(), NoSnapshotTriggerDefinition.TRIGGER);
        cache.put(sent.id, new AggregateCacheEntry<>(aggregate));
    }
}
