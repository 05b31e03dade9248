package journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import journal.PastBatches.Batch;
import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.AbstractEventProcessor;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.serialization.SimpleSerializedObject;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.Forgetting;
import tenancy.InlineRows;
import tenancy.RebuiltTables;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** How the copies of a projection's tables are filled: as the tables were, by the same statements or the same handlers. */
class Shadowed {

    private static final int WAITING_BATCHES = 4;
    private static final long PATIENCE_MILLIS = 50;
    /** What follows is a replay to handlers that ask: what they tell the memory of this process is told already. */
    private static final TrackingToken REPLAYED = ReplayToken.createReplayToken(
            new GlobalSequenceTrackingToken(Long.MAX_VALUE), new GlobalSequenceTrackingToken(0));

    private final PastBatches past;
    private final JdbcTemplate everyTenant;
    private final DataSource journal;
    private final TenantTransactions transactions;
    private final List<InlineRows> inlineRows;
    private final Configuration axon;
    private final JournalSerializer serializer;
    private final List<Forgetting> forgetting;
    private final double share;

    /** @param share of its time that a rebuild works while others write */
    Shadowed(
            PastBatches past,
            JdbcTemplate everyTenant,
            DataSource journal,
            TenantTransactions transactions,
            List<InlineRows> inlineRows,
            Configuration axon,
            JournalSerializer serializer,
            List<Forgetting> forgetting,
            double share) {
        this.past = past;
        this.everyTenant = everyTenant;
        this.journal = journal;
        this.transactions = transactions;
        this.inlineRows = inlineRows;
        this.axon = axon;
        this.serializer = serializer;
        this.forgetting = List.copyOf(forgetting);
        this.share = share;
    }

    JdbcTemplate everyTenant() {
        return everyTenant;
    }

    Pace pace() {
        return new Pace(share, past::last);
    }

    /** Forgets what is past its time: in the tables, or in their copies. */
    void forget(RebuiltTables projection, Instant now, UnaryOperator<String> said) {
        forgetting.stream()
                .filter(each -> !Collections.disjoint(each.tables(), projection.tables()))
                .forEach(each -> each.forget(now, said));
    }

    /** The copies of one projection's tables. */
    interface Copy {

        String name();

        /** Each tenant's last entry that the tables themselves hold, at the moment that is asked. */
        Map<String, Long> heads(JdbcTemplate moment);

        /** Whether what fills them needs nothing that others may hold who wait for the tables. */
        boolean mayCatchUpWhileTablesStandStill();

        /**
         * Fills the copies up to these entries.
         *
         * @param positions where each tenant's copies are, brought forward
         * @param passed told how many entries were gone past, again and again; may throw, which ends it
         */
        void follow(Map<String, Long> heads, Map<String, Long> positions, LongConsumer passed, Pace pace);
    }

    Copy copy(RebuiltTables projection) {
        String[] types = past.names(projection.types());
        var written = new ShadowRows(journal, inlineRows, projection.tables());
        return written.isEmpty()
                ? new Followed(projection, types, invoker(projection))
                : new Written(projection, types, written);
    }

    /** Whether the rows are written by a processing group, behind the events. */
    boolean follows(RebuiltTables projection) {
        return new ShadowRows(journal, inlineRows, projection.tables()).isEmpty();
    }

    private EventHandlerInvoker invoker(RebuiltTables projection) {
        return axon.eventProcessingConfiguration()
                .eventProcessorByProcessingGroup(projection.name(), AbstractEventProcessor.class)
                .orElseThrow(
                        () -> new IllegalStateException("Nothing writes the tables of %s".formatted(projection.name())))
                .eventHandlerInvoker();
    }

    /** Rows that are committed with their events: one thread reads and understands ahead of the one that writes. */
    private final class Written implements Copy {

        private final RebuiltTables projection;
        private final String[] types;
        private final ShadowRows rows;

        /** @param ends where the tenants are that this goes past */
        private record Rows(Append rows, Map<String, Long> ends, long passed) {}

        Written(RebuiltTables projection, String[] types, ShadowRows rows) {
            this.projection = projection;
            this.types = types;
            this.rows = rows;
        }

        @Override
        public String name() {
            return projection.name();
        }

        @Override
        public Map<String, Long> heads(JdbcTemplate moment) {
            return past.heads(moment, Long.MAX_VALUE);
        }

        /** The connections that it writes by are the writer's, and it takes one of two. */
        @Override
        public boolean mayCatchUpWhileTablesStandStill() {
            return true;
        }

        @Override
        public void follow(Map<String, Long> heads, Map<String, Long> positions, LongConsumer passed, Pace pace) {
            BlockingQueue<Rows> ready = new ArrayBlockingQueue<>(WAITING_BATCHES);
            var over = new AtomicBoolean();
            List<Throwable> failures = new ArrayList<>(1);
            Map<String, Long> from = Map.copyOf(positions);
            Thread reader = Thread.ofPlatform().daemon().name("rebuild-reader").start(() -> {
                try {
                    read(heads, from, ready, over, pace);
                } catch (RuntimeException | InterruptedException failed) {
                    failures.add(failed);
                } finally {
                    over.set(true);
                }
            });
            try {
                write(ready, over, positions, passed, pace);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("The rebuild was interrupted", stopped);
            } finally {
                over.set(true);
                reader.interrupt();
            }
            if (!failures.isEmpty()) {
                throw new CompletionException(failures.getFirst());
            }
        }

        private void read(
                Map<String, Long> heads,
                Map<String, Long> positions,
                BlockingQueue<Rows> ready,
                AtomicBoolean over,
                Pace pace)
                throws InterruptedException {
            List<DomainEventMessage<?>> events = new ArrayList<>();
            Map<String, Long> ends = new HashMap<>();
            long passed = 0;
            for (var head : heads.entrySet()) {
                long position = positions.getOrDefault(head.getKey(), 0L);
                while (position < head.getValue() && !over.get()) {
                    long began = pace.begins();
                    Batch batch = past.next(head.getKey(), types, position, head.getValue(), pace.entries());
                    position += batch.passed();
                    events.addAll(batch.events());
                    ends.put(batch.tenant(), position);
                    passed += batch.passed();
                    Rows full = events.size() < pace.rows() ? null : new Rows(rows.rows(events), ends, passed);
                    pace.rest(began);
                    if (full != null) {
                        ready.put(full);
                        events = new ArrayList<>();
                        ends = new HashMap<>();
                        passed = 0;
                    }
                }
            }
            ready.put(new Rows(rows.rows(events), ends, passed));
        }

        private void write(
                BlockingQueue<Rows> ready,
                AtomicBoolean over,
                Map<String, Long> positions,
                LongConsumer passed,
                Pace pace)
                throws InterruptedException {
            while (true) {
                boolean last = over.get();
                Rows next = ready.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    long began = pace.begins();
                    rows.write(next.rows());
                    pace.rest(began);
                    positions.putAll(next.ends());
                    passed.accept(next.passed());
                } else if (last) {
                    return;
                }
            }
        }
    }

    /** Rows that a processing group writes behind the events: the same handlers get the events again. */
    private final class Followed implements Copy {

        private final RebuiltTables projection;
        private final String[] types;
        private final EventHandlerInvoker handlers;

        Followed(RebuiltTables projection, String[] types, EventHandlerInvoker handlers) {
            this.projection = projection;
            this.types = types;
            this.handlers = handlers;
        }

        @Override
        public String name() {
            return projection.name();
        }

        /** Where the group itself is: what it has not handled yet, it will, after the copies took their places. */
        @Override
        public Map<String, Long> heads(JdbcTemplate moment) {
            long last = moment
                    .query(
                            "select token, token_type from journal.token where processor_name = ? and token is not null",
                            (row, number) -> position(row.getBytes(1), row.getString(2)),
                            projection.name())
                    .stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(-1);
            return past.heads(moment, last);
        }

        /** Requests that wait for the tables may have all connections of the application's role. */
        @Override
        public boolean mayCatchUpWhileTablesStandStill() {
            return false;
        }

        private long position(byte[] token, String type) {
            TrackingToken read = serializer.deserialize(new SimpleSerializedObject<>(token, byte[].class, type, null));
            return read == null ? -1 : read.position().orElse(-1);
        }

        @Override
        public void follow(Map<String, Long> heads, Map<String, Long> positions, LongConsumer passed, Pace pace) {
            heads.forEach((tenant, head) -> {
                long position = positions.getOrDefault(tenant, 0L);
                while (position < head) {
                    long began = pace.begins();
                    Batch batch = past.next(tenant, types, position, head, pace.entries());
                    position += batch.passed();
                    if (!batch.events().isEmpty()) {
                        hand(batch);
                    }
                    pace.rest(began);
                    positions.put(tenant, position);
                    passed.accept(batch.passed());
                }
            });
        }

        private void hand(Batch batch) {
            ShadowNames.during(projection.tables(), () -> {
                boolean unused = transactions.in(new TenantId(batch.tenant()), () -> {
                    batch.events().forEach(this::hand);
                    return true;
                });
            });
        }

        private void hand(DomainEventMessage<?> event) {
            var message = new GenericTrackedDomainEventMessage<>(REPLAYED, event);
            var unit = DefaultUnitOfWork.startAndGet(message);
            var result = unit.executeWithResult(() -> {
                handlers.handle(message, Segment.ROOT_SEGMENT);
                return true;
            });
            if (result.isExceptional()) {
                throw new CompletionException(result.exceptionResult());
            }
        }
    }
}
