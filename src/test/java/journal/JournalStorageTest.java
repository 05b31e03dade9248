package journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.axonframework.common.caching.Cache;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.TenantId;

class JournalStorageTest {

    @SuppressWarnings("NullAway.Init")
    private static Running running;

    private static final AtomicInteger tests = new AtomicInteger();

    private final String tenant = "storage_" + tests.incrementAndGet();
    private final String tally = tenant + "/tally";

    @BeforeAll
    static void start() {
        running = Running.start("firebreak.journal.snapshot-every=50");
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void a_snapshot_restores_the_whole_state_and_is_stored_with_its_contents_sealed() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        List<CompletableFuture<Object>> answers = IntStream.range(0, 120)
                .mapToObj(i -> running.send(tenant, new Sample.Count(tally, i)))
                .toList();
        answers.forEach(CompletableFuture::join);
        Object state = running.ask(tenant, new Sample.Look(tally));
        await(() -> running.count("select count(*) from journal.snapshot where aggregate_identifier = ?", tally) == 1);

        // Without its events, only the snapshot can know.
        running.owner.execute("alter table journal.event disable trigger user");
        running.owner.update(
                "delete from journal.event where aggregate_identifier = ? and sequence_number <="
                        + " (select sequence_number from journal.snapshot where aggregate_identifier = ?)",
                tally,
                tally);
        running.bean(Cache.class).remove(tally);

        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo(state).isEqualTo("7140 in 120, VERY_LARGE");
        assertThat(running.owner.queryForObject(
                        "select convert_from(payload, 'UTF8') from journal.snapshot where aggregate_identifier = ?",
                        String.class,
                        tally))
                .contains("\"size\":\"very_large\"", "\"amounts\":{\"$sealed\":1,");
    }

    @Test
    void an_aggregate_of_few_events_is_read_at_once_and_one_of_many_is_read_whole() {
        running.ask(tenant, new Sample.OpenTally(tally));
        running.ask(tenant, new Sample.Count(tally, 1));
        running.bean(Cache.class).remove(tally);
        int before = SampleApplication.READS.get();

        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("1 in 1, VERY_LARGE");
        assertThat(SampleApplication.READS.get() - before).isEqualTo(1);

        for (int counted = 2; counted <= 40; counted++) {
            running.ask(tenant, new Sample.Count(tally, 1));
            if (counted >= 29 && counted <= 33 || counted == 40) {
                running.bean(Cache.class).remove(tally);
                assertThat(running.ask(tenant, new Sample.Look(tally)))
                        .isEqualTo("%d in %d, VERY_LARGE".formatted(counted, counted));
            }
        }
    }

    @Test
    void a_damaged_snapshot_is_passed_over() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        IntStream.range(0, 60)
                .mapToObj(i -> running.send(tenant, new Sample.Count(tally, 1)))
                .toList()
                .forEach(CompletableFuture::join);
        await(() -> running.count("select count(*) from journal.snapshot where aggregate_identifier = ?", tally) == 1);

        for (String damage : List.of("payload = '{\"tot'", "payload_type = 'never_heard_of'")) {
            running.owner.update("update journal.snapshot set " + damage + " where aggregate_identifier = ?", tally);
            running.bean(Cache.class).remove(tally);

            assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("60 in 60, VERY_LARGE");
        }
    }

    @Test
    void an_event_that_cannot_be_read_stops_its_aggregate_with_a_clear_error() {
        running.ask(tenant, new Sample.OpenTally(tally));
        running.ask(tenant, new Sample.Count(tally, 1));
        running.owner.update(
                "update journal.event set payload = '{\"tal' where aggregate_identifier = ?"
                        + " and sequence_number = 1",
                tally);
        running.bean(Cache.class).remove(tally);
        assertThatThrownBy(() -> running.ask(tenant, new Sample.Look(tally)))
                .hasMessageContaining("Event 1 of " + tally)
                .hasMessageContaining("payload is damaged");

        running.owner.update(
                "update journal.event set payload_type = 'never_heard_of' where aggregate_identifier = ?"
                        + " and sequence_number = 1",
                tally);
        assertThatThrownBy(() -> running.ask(tenant, new Sample.Look(tally)))
                .hasMessageContaining("Event 1 of " + tally)
                .hasMessageContaining("does not know");
    }

    @Test
    void events_are_stored_under_logical_names_in_snake_case() {
        running.ask(tenant, new Sample.OpenTally(tally));

        var entry = running.bean(Journal.class)
                .read(new TenantId(tenant), Journal.Filter.ALL, 0, 10)
                .getFirst();
        assertThat(entry.type()).isEqualTo("tally_opened");
        assertThat(entry.revision()).isEqualTo("1");
        assertThat(entry.sequence()).isEqualTo(1);
        assertThat(entry.aggregate()).isEqualTo(tally);
        assertThat(entry.time()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(new String(entry.payload(), UTF_8))
                .isEqualTo("{\"tally\":\"%s\",\"size\":\"very_large\"}".formatted(tally));
        assertThat(new String(entry.metaData(), UTF_8)).contains("\"tenant\":\"%s\"".formatted(tenant));
    }

    @Test
    void ids_are_time_ordered() {
        running.ask(tenant, new Sample.OpenTally(tally));
        running.ask(tenant, new Sample.Count(tally, 1));

        List<String> ids = running.bean(Journal.class).read(new TenantId(tenant), Journal.Filter.ALL, 0, 10).stream()
                .map(Journal.Entry::id)
                .toList();
        assertThat(ids).isSorted().allMatch(id -> id.charAt(14) == '7');
    }

    @Test
    void a_tenants_stream_is_read_page_by_page_and_by_filter() {
        var journal = running.bean(Journal.class);
        var id = new TenantId(tenant);
        assertThat(journal.last(id)).isZero();
        running.ask(tenant, new Sample.OpenTally(tally));
        running.ask(tenant, new Sample.Admit(tally, tenant + "/action/a1"));
        Instant middle = Instant.now();
        running.send(tenant, new Sample.Admit(tally, tenant + "/action/a2"), "r9")
                .join();

        assertThat(journal.last(id)).isEqualTo(5);
        assertThat(sequences(Journal.Filter.ALL, 0, 2)).containsExactly(1L, 2L);
        assertThat(sequences(Journal.Filter.ALL, 2, 10)).containsExactly(3L, 4L, 5L);
        assertThat(sequences(filter(null, "agent_of_r9", null, null, null, null), 0, 10))
                .containsExactly(4L, 5L);
        assertThat(sequences(filter(null, null, "a1", null, null, null), 0, 10)).containsExactly(3L);
        assertThat(sequences(filter(null, null, null, "counted", null, null), 0, 10))
                .containsExactly(2L, 4L);
        assertThat(sequences(filter(null, null, null, null, middle, null), 0, 10))
                .containsExactly(4L, 5L);
        assertThat(sequences(filter(null, null, null, null, null, middle), 0, 10))
                .containsExactly(1L, 2L, 3L);
        assertThat(sequences(filter("no_such_run", null, null, null, null, null), 0, 10))
                .isEmpty();
    }

    @Test
    void no_tenant_set_shows_no_event_and_another_tenants_stream_is_empty() {
        running.ask(tenant, new Sample.OpenTally(tally));

        var app = new JdbcTemplate(running.bean(DataSource.class));
        assertThat(app.queryForObject("select count(*) from journal.event", Long.class))
                .isZero();
        assertThat(running.bean(Journal.class).read(new TenantId(tenant + "x"), Journal.Filter.ALL, 0, 10))
                .isEmpty();
        assertThat(running.bean(EventStore.class).readEvents(tally).asStream().count())
                .isEqualTo(1);
    }

    @Test
    void followers_are_woken_after_the_commit_and_only_for_their_tenant() throws Exception {
        var woken = new Semaphore(0);
        try (var subscription = running.bean(Journal.class).subscribe(new TenantId(tenant), woken::release)) {
            running.ask(tenant + "x", new Sample.OpenTally(tenant + "x/tally"));
            assertThat(woken.tryAcquire(200, TimeUnit.MILLISECONDS)).isFalse();
            running.ask(tenant, new Sample.OpenTally(tally));
            assertThat(woken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        }
        running.ask(tenant, new Sample.Count(tally, 1));
        assertThat(woken.tryAcquire(200, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void nothing_is_published_outside_of_a_lane() {
        var event = GenericEventMessage.asEventMessage(new Sample.TallyEvent.Counted(tally, 1));

        assertThatThrownBy(() -> running.bean(EventStore.class).publish(event))
                .hasMessageContaining("Events come from commands");
    }

    @Test
    void projections_follow_all_tenants_from_the_first_event_and_can_be_reset() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        running.ask(tenant, new Sample.Count(tally, 7));
        await(() -> SampleApplication.projected.getOrDefault(tally, 0) == 7);

        var processor = running.bean(EventProcessingConfiguration.class)
                .eventProcessor("sample", StreamingEventProcessor.class)
                .orElseThrow();
        processor.shutDown();
        processor.resetTokens();
        SampleApplication.projected.clear();
        assertThat(running.owner.queryForObject("select token_type from journal.token", String.class))
                .endsWith("ReplayToken");
        processor.start();

        await(() -> SampleApplication.projected.getOrDefault(tally, 0) == 7);
        running.ask(tenant, new Sample.Count(tally, 1));
        await(() -> SampleApplication.projected.getOrDefault(tally, 0) == 8);
    }

    private List<Long> sequences(Journal.Filter filter, long after, int limit) {
        return running.bean(Journal.class).read(new TenantId(tenant), filter, after, limit).stream()
                .map(Journal.Entry::sequence)
                .toList();
    }

    private static Journal.Filter filter(
            @org.jspecify.annotations.Nullable String run,
            @org.jspecify.annotations.Nullable String agent,
            @org.jspecify.annotations.Nullable String action,
            @org.jspecify.annotations.Nullable String type,
            @org.jspecify.annotations.Nullable Instant from,
            @org.jspecify.annotations.Nullable Instant until) {
        return new Journal.Filter(run, agent, action, type, from, until);
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
