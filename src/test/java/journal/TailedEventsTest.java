package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.serialization.SerializedType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that no projection handles are stepped over, and none that one handles ever is. */
class TailedEventsTest {

    private static final String OF_INTEREST = "tally_opened";
    private static final String OF_NONE = "counted";
    private static final int ROUNDS = 5;
    private static final int WRITERS = 32;
    private static final int EVENTS_EACH = 62;

    @SuppressWarnings("NullAway.Init")
    private static Running running;

    private static int tenants;

    private final String tenant = "tail_" + tenants++;
    private final TailedEvents tail = tail();
    private int sequence;
    private @Nullable TrackingToken token;

    @BeforeAll
    static void start() {
        running = Running.start();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @BeforeEach
    void atTheEnd() throws SQLException {
        try (Connection connection = connection()) {
            write(connection, OF_NONE);
            connection.commit();
        }
        while (!read().isEmpty()) {
            // what other tests wrote
        }
    }

    @Test
    void thousands_of_no_interest_are_one_step() throws SQLException {
        try (Connection connection = connection()) {
            for (int n = 0; n < 2_500; n++) {
                write(connection, OF_NONE);
            }
            write(connection, OF_INTEREST);
            write(connection, OF_NONE);
            connection.commit();
        }

        assertThat(read()).containsExactly(OF_INTEREST, OF_NONE);
        assertThat(read()).isEmpty();
    }

    /** A window of a thousand events may be larger than memory, if their callers send much. */
    @Test
    void what_nobody_handles_comes_without_what_is_in_it() throws SQLException {
        try (Connection connection = connection()) {
            write(connection, OF_INTEREST);
            write(connection, OF_NONE);
            connection.commit();
        }

        assertThat(readPayloads()).containsExactly("{\"tally\":\"t\",\"size\":null}", "{}");
    }

    @Test
    void what_is_found_in_a_gap_comes_the_same_way() throws SQLException {
        try (Connection slow = connection();
                Connection fast = connection()) {
            write(slow, OF_NONE);
            write(slow, OF_INTEREST);
            write(fast, OF_INTEREST);
            fast.commit();
            assertThat(readPayloads()).hasSize(1);
            slow.commit();
            write(fast, OF_NONE);
            fast.commit();
        }

        assertThat(readPayloads()).containsExactly("{\"tally\":\"t\",\"size\":null}", "{}");
    }

    @Test
    void what_a_slower_transaction_commits_later_is_not_stepped_over() throws SQLException {
        try (Connection slow = connection();
                Connection fast = connection()) {
            write(fast, OF_NONE);
            write(slow, OF_INTEREST);
            for (int n = 0; n < 50; n++) {
                write(fast, OF_NONE);
            }
            fast.commit();

            List<String> seen = new ArrayList<>();
            for (int looks = 0; looks < 5; looks++) {
                seen.addAll(read());
            }
            assertThat(seen).doesNotContain(OF_INTEREST);
            slow.commit();
            seen.clear();
            for (int looks = 0; looks < 5; looks++) {
                seen.addAll(read());
            }
            assertThat(seen).contains(OF_INTEREST);
        }
    }

    @Test
    void a_number_that_was_rolled_back_holds_nobody_up() throws SQLException {
        try (Connection undone = connection();
                Connection done = connection()) {
            write(undone, OF_NONE);
            undone.rollback();
            write(done, OF_NONE);
            write(done, OF_INTEREST);
            done.commit();
        }

        List<String> seen = new ArrayList<>();
        for (int looks = 0; looks < 5; looks++) {
            seen.addAll(read());
        }
        assertThat(seen).contains(OF_INTEREST);
    }

    /** One transaction holds the lowest number while many go on; in the end it commits, or is undone. */
    @Test
    void followers_miss_none_of_thousands_whatever_becomes_of_the_lowest_number() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Set<String> committed = ConcurrentHashMap.newKeySet();
            List<String> seen = new ArrayList<>();
            try (Connection held = connection();
                    var writers = Executors.newVirtualThreadPerTaskExecutor()) {
                write(held, OF_INTEREST);
                List<Future<?>> running = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String own = "tail_%s_%d_%d".formatted(tenant, round, writer);
                    running.add(writers.submit(() -> writeMany(own, committed)));
                }
                while (running.stream().anyMatch(writer -> !writer.isDone())) {
                    seen.addAll(readIds());
                }
                for (Future<?> writer : running) {
                    writer.get();
                }
                if (round % 2 == 0) {
                    committed.add(tenant + "/tally#" + sequence);
                    held.commit();
                } else {
                    held.rollback();
                    sequence--;
                }
            }
            List<String> more;
            do {
                more = readIds();
                seen.addAll(more);
            } while (!more.isEmpty());

            assertThat(seen).as("round %d", round).doesNotHaveDuplicates().containsAll(committed);
        }
    }

    private static boolean writeMany(String own, Set<String> committed) throws SQLException {
        var random = new Random(own.hashCode());
        try (Connection connection = connection()) {
            int last = 0;
            while (last < EVENTS_EACH) {
                List<String> written = new ArrayList<>();
                int before = last;
                for (int n = 0; n <= random.nextInt(4); n++) {
                    last++;
                    String type = random.nextBoolean() ? OF_INTEREST : OF_NONE;
                    write(connection, own, last, type);
                    if (type.equals(OF_INTEREST)) {
                        written.add(own + "/tally#" + last);
                    }
                }
                if (random.nextInt(5) == 0) {
                    connection.rollback();
                    last = before;
                } else {
                    connection.commit();
                    committed.addAll(written);
                }
            }
        }
        return true;
    }

    /** Of those of interest: of which aggregate, and its number there. */
    private List<String> readIds() {
        List<String> ids = new ArrayList<>();
        try (var events = tail.readEvents(token, false)) {
            events.forEach(event -> {
                token = ((TrackedEventMessage<?>) event).trackingToken();
                var happened = (DomainEventMessage<?>) event;
                if (running.bean(JournalSerializer.class)
                        .typeForClass(event.getPayloadType())
                        .getName()
                        .equals(OF_INTEREST)) {
                    ids.add(happened.getAggregateIdentifier() + "#" + happened.getSequenceNumber());
                }
            });
        }
        return ids;
    }

    private List<String> read() {
        List<String> types = new ArrayList<>();
        try (var events = tail.readEvents(token, false)) {
            events.forEach(event -> {
                token = ((TrackedEventMessage<?>) event).trackingToken();
                types.add(running.bean(JournalSerializer.class)
                        .typeForClass(event.getPayloadType())
                        .getName());
            });
        }
        return types;
    }

    private List<String> readPayloads() {
        List<String> payloads = new ArrayList<>();
        try (var events = tail.readEvents(token, false)) {
            events.forEach(event -> {
                token = ((TrackedEventMessage<?>) event).trackingToken();
                byte[] payload = event.serializePayload(running.bean(JournalSerializer.class), byte[].class)
                        .getData();
                payloads.add(new String(payload, StandardCharsets.UTF_8));
            });
        }
        return payloads;
    }

    private static TailedEvents tail() {
        var serializer = running.bean(JournalSerializer.class);
        var builder = JdbcEventStorageEngine.builder();
        builder.eventSerializer(serializer).snapshotSerializer(serializer);
        builder.batchSize(TailedEvents.WINDOW);
        DataSource system = running.context.getBean("systemDataSource", DataSource.class);
        var projected = new ProjectedTypes(running.bean(Configuration.class), serializer) {
            @Override
            boolean handles(SerializedType type) {
                return type.getName().equals(OF_INTEREST);
            }

            @Override
            List<String> others() {
                return List.of(OF_NONE);
            }
        };
        return new TailedEvents(builder, system, projected, serializer);
    }

    private static Connection connection() throws SQLException {
        Connection connection =
                Objects.requireNonNull(running.owner.getDataSource()).getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private void write(Connection connection, String type) throws SQLException {
        sequence++;
        write(connection, tenant, sequence, type);
    }

    private static void write(Connection connection, String tenant, int sequence, String type) throws SQLException {
        try (var insert = connection.prepareStatement("""
            insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,
                event_identifier, time_stamp, payload_type, payload_revision, payload, meta_data)
            values (?, ?, ?, ?, 'Tally', gen_random_uuid()::text, now(), ?, '1', ?, '{}')\
            """)) {
            insert.setString(1, tenant);
            insert.setLong(2, sequence);
            insert.setString(3, tenant + "/tally");
            insert.setLong(4, sequence);
            insert.setString(5, type);
            String payload =
                    type.equals(OF_INTEREST) ? "{\"tally\":\"t\",\"size\":null}" : "{\"tally\":\"t\",\"amount\":1}";
            insert.setBytes(6, payload.getBytes(StandardCharsets.UTF_8));
            insert.executeUpdate();
        }
    }
}
