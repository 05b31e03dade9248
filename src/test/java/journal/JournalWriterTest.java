package journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.Refusal;

class JournalWriterTest {

    @SuppressWarnings("NullAway.Init")
    private static Running running;

    private static final AtomicInteger tests = new AtomicInteger();
    private static final AtomicInteger holds = new AtomicInteger();

    private final String name = "writer_" + tests.incrementAndGet();

    @BeforeAll
    static void start() {
        running = Running.start("firebreak.journal.commit-deadline=8s");
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void one_append_that_came_too_late_fails_alone_and_the_innocent_commit_together() throws Exception {
        List<String> tenants = open(5);
        String guilty = tenants.get(2);
        int handled = Sample.Tally.handled.get();

        var answers = inOneGroup(
                tenants,
                tenant -> new Sample.Count(tenant + "/tally", 1),
                () -> running.plant(guilty, guilty + "/tally", 1, 1_000));

        assertThat(answers).containsExactly(1L, 1L, 6L, 1L, 1L);
        // The guilty one was decided again, nobody else was.
        assertThat(Sample.Tally.handled.get() - handled).isEqualTo(6);
        assertThat(transactionsOf(guilty)).isEqualTo(1);
    }

    @Test
    void what_comes_after_the_writers_end_is_refused_at_once() throws Exception {
        var alone = Running.start();
        try {
            alone.ask("late", new Sample.OpenTally("late/tally"));
            alone.bean(JournalWriter.class).stop();

            List<CompletableFuture<Object>> answers = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                answers.add(alone.send("late" + n, new Sample.OpenTally("late" + n + "/tally")));
            }

            for (var answer : answers) {
                assertThatThrownBy(() -> answer.get(5, SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                refused -> assertThat(refused.code()).isEqualTo("shutting_down"));
            }
        } finally {
            alone.close();
        }
    }

    @Test
    void one_append_that_can_never_be_written_fails_alone() throws Exception {
        List<String> tenants = open(3);
        String guilty = tenants.get(1);
        running.plant(guilty, guilty + "/other", 0, 2);
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        whileTheWriterIsHeld(() -> {
            for (String tenant : tenants) {
                answers.add(running.send(
                        tenant,
                        tenant.equals(guilty)
                                ? new Sample.OpenTally(guilty + "/other")
                                : new Sample.Count(tenant + "/tally", 1)));
            }
        });

        assertThat(answers.get(0).get(10, SECONDS)).isEqualTo(1L);
        assertThatThrownBy(() -> answers.get(1).get(10, SECONDS))
                .hasCauseInstanceOf(AggregateStreamCreationException.class);
        assertThat(answers.get(2).get(10, SECONDS)).isEqualTo(1L);
        assertThat(running.ask(guilty, new Sample.Count(guilty + "/tally", 1))).isEqualTo(1L);
    }

    @Test
    void numbers_taken_by_another_process_are_read_again_and_nobody_notices() throws Exception {
        List<String> tenants = open(3);
        int handled = Sample.Tally.handled.get();

        var answers = inOneGroup(
                tenants,
                tenant -> new Sample.Count(tenant + "/tally", 1),
                () -> running.plant(tenants.get(1), tenants.get(1) + "/other", 0, 2));

        assertThat(answers).containsExactly(1L, 1L, 1L);
        assertThat(Sample.Tally.handled.get() - handled).isEqualTo(3);
        assertThat(transactionsOf("nobody")).isEqualTo(1);
        assertThat(running.count(
                        "select count(*) from journal.event where tenant_id = ? and tenant_seq = 3", tenants.get(1)))
                .isEqualTo(1);
    }

    @Test
    void a_row_that_exists_already_fails_its_own_append_alone() throws Exception {
        List<String> tenants = open(8);
        String guilty = tenants.get(5);
        running.owner.update("insert into sample.ticket values (?, ?, 0, null)", guilty, guilty + "/ticket");
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        whileTheWriterIsHeld(() -> tenants.forEach(
                tenant -> answers.add(running.send(tenant, new Sample.Admit(tenant + "/tally", tenant + "/ticket")))));

        for (int i = 0; i < tenants.size(); i++) {
            var answer = answers.get(i);
            if (i == 5) {
                assertThatThrownBy(() -> answer.get(10, SECONDS)).hasStackTraceContaining("ticket_once");
            } else {
                assertThat(answer.get(10, SECONDS)).isEqualTo(tenants.get(i) + "/ticket");
            }
        }
        assertThat(running.count("select count(*) from sample.ticket where tenant_id like ?", name + "\\_%"))
                .isEqualTo(8);
        assertThat(running.count(
                        "select count(*) from journal.event where tenant_id like ? and payload_type ="
                                + " 'ticket_admitted'",
                        name + "\\_%"))
                .isEqualTo(7);
        assertThat(running.gapFree()).isTrue();
    }

    @Test
    void a_value_that_postgresql_cannot_store_fails_its_own_append_alone() throws Exception {
        List<String> tenants = open(4);
        String guilty = tenants.get(3);
        tenants.forEach(tenant -> running.ask(tenant, new Sample.Admit(tenant + "/tally", tenant + "/ticket")));
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        whileTheWriterIsHeld(() -> tenants.forEach(tenant -> answers.add(running.send(
                tenant, new Sample.Touch(tenant + "/ticket", tenant.equals(guilty) ? "nul\0" : "entry")))));

        for (int i = 0; i < 3; i++) {
            answers.get(i).get(10, SECONDS);
        }
        assertThatThrownBy(() -> answers.get(3).get(10, SECONDS)).hasMessageContaining("cannot be stored");
    }

    @Test
    void rows_of_one_batch_that_touch_the_same_row_are_written_one_after_another() throws Exception {
        String tenant = open(1).getFirst();
        String ticket = tenant + "/ticket";
        running.ask(tenant, new Sample.Admit(tenant + "/tally", ticket));

        var answers = running.together(
                tenant,
                new Sample.Touch(ticket, "a"),
                new Sample.Touch(ticket, "b"),
                new Sample.Touch(ticket, "a"),
                new Sample.Touch(ticket, "a"));
        answers.forEach(CompletableFuture::join);

        assertThat(running.count("select touches from sample.ticket where tenant_id = ? and key = 'a'", tenant))
                .isEqualTo(3);
        assertThat(running.count("select touches from sample.ticket where tenant_id = ? and key = 'b'", tenant))
                .isEqualTo(1);
        assertThat(running.count(
                        "select count(distinct xmin::text) from journal.event"
                                + " where tenant_id = ? and payload_type = 'ticket_touched'",
                        tenant))
                .isEqualTo(1);
    }

    @Test
    void each_tenants_numbers_have_no_gaps_whatever_fails() {
        List<String> tenants = open(20);
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            String tenant = tenants.get(i % tenants.size());
            String tally = tenant + "/tally";
            answers.add(running.send(
                    tenant,
                    switch (i % 7) {
                        case 3 -> new Sample.CountThenFail(tally);
                        case 5 -> new Sample.OpenTally(tally);
                        default -> new Sample.Count(tally, 1);
                    }));
        }
        answers.forEach(answer -> answer.exceptionally(failed -> failed).join());

        assertThat(answers.stream().filter(CompletableFuture::isCompletedExceptionally))
                .hasSize((int) IntStream.range(0, 4_000)
                        .filter(i -> i % 7 == 3 || i % 7 == 5)
                        .count());
        assertThat(running.count(
                        "select count(*) from journal.event where tenant_id like ? and payload_type = 'counted'",
                        name + "\\_%"))
                .isEqualTo(IntStream.range(0, 4_000)
                        .filter(i -> i % 7 != 3 && i % 7 != 5)
                        .count());
        assertThat(running.count(
                        "select count(*) from (select tenant_id from journal.event where tenant_id like ?"
                                + " group by tenant_id having max(tenant_seq) <> count(*)) gaps",
                        name + "\\_%"))
                .isZero();
    }

    @Test
    void nothing_acknowledged_is_lost_and_nothing_is_written_twice_when_connections_die() throws Exception {
        List<String> tenants = open(16);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        List<Thread> senders = new ArrayList<>();
        long end = System.nanoTime() + SECONDS.toNanos(6);
        for (String tenant : tenants) {
            for (int sender = 0; sender < 4; sender++) {
                String prefix = tenant + "/ticket_" + sender + "_";
                senders.add(Thread.ofVirtual().start(() -> {
                    for (int i = 0; System.nanoTime() < end; i++) {
                        try {
                            running.ask(tenant, new Sample.Admit(tenant + "/tally", prefix + i));
                            acknowledged.add(prefix + i);
                        } catch (RuntimeException failed) {
                            failures.add(failed);
                        }
                    }
                }));
            }
        }
        int killed = 0;
        while (System.nanoTime() < end - SECONDS.toNanos(1)) {
            Thread.sleep(100);
            killed += (int) running.count("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    + " where usename = 'firebreak_journal' and datname = current_database()");
        }
        for (Thread sender : senders) {
            sender.join();
        }

        assertThat(killed).isGreaterThan(20);
        assertThat(failures).isEmpty();
        List<@Nullable String> stored = running.owner.queryForList(
                "select aggregate_identifier from journal.event"
                        + " where payload_type = 'ticket_admitted' and tenant_id like ?",
                String.class,
                name + "\\_%");
        assertThat(stored).hasSameElementsAs(acknowledged).doesNotHaveDuplicates();
        assertThat(running.count("select count(*) from sample.ticket where tenant_id like ?", name + "\\_%"))
                .isEqualTo(acknowledged.size());
        assertThat(running.count(
                        "select count(*) from journal.event where payload_type = 'counted'" + " and tenant_id like ?",
                        name + "\\_%"))
                .isEqualTo(acknowledged.size());
        assertThat(running.count(
                        "select count(*) from (select tenant_id from journal.event where tenant_id like ?"
                                + " group by tenant_id having max(tenant_seq) <> count(*)) gaps",
                        name + "\\_%"))
                .isZero();
    }

    @Test
    void a_commit_whose_answer_was_lost_is_found_and_neither_repeated_nor_decided_again() throws Exception {
        List<String> tenants = open(3);
        int handled = Sample.Tally.handled.get();
        var connections = running.bean(LosesAnswers.class);

        // The writer is in a commit of its own then: that one loses its answer too.
        assertThat(inOneGroup(
                        tenants, tenant -> new Sample.Count(tenant + "/tally", 1), () -> connections.afterwards.set(2)))
                .containsExactly(1L, 1L, 1L);
        assertThat(inOneGroup(
                        tenants, tenant -> new Sample.Count(tenant + "/tally", 1), () -> connections.before.set(1)))
                .containsExactly(2L, 2L, 2L);

        assertThat(connections.afterwards).hasValue(0);
        assertThat(connections.before).hasValue(0);
        assertThat(Sample.Tally.handled.get() - handled).isEqualTo(6);
        assertThat(running.count(
                        "select count(*) from journal.event where tenant_id like ? and payload_type = 'counted'",
                        name + "\\_%"))
                .isEqualTo(6);
    }

    @Test
    void a_commit_that_does_not_come_is_given_up_in_time_and_found_or_not_found_truthfully() throws Exception {
        String tenant = open(1).getFirst();
        long start = System.nanoTime();
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        try (var holder = TestDatabases.owner(running.database).getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table journal.event in exclusive mode");
            answers.add(running.send(tenant, new Sample.Count(tenant + "/tally", 1)));

            assertThatThrownBy(() -> answers.getFirst().get(20, SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("journal_unavailable"));
            holder.rollback();
        }
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(16);

        assertThat(running.ask(tenant, new Sample.Count(tenant + "/tally", 1)))
                .isEqualTo(running.count(
                        "select count(*) from journal.event where tenant_id = ? and payload_type = 'counted'", tenant));
    }

    @Test
    void a_database_that_may_lose_what_it_acknowledged_is_refused_unless_it_is_wanted() {
        String database = TestDatabases.create();
        new JdbcTemplate(TestDatabases.owner(database))
                .execute("alter role firebreak_journal in database " + database + " set synchronous_commit = off");

        assertThatThrownBy(() -> Running.on(database))
                .hasStackTraceContaining("synchronous_commit = off")
                .hasStackTraceContaining("firebreak.journal.allow-unsafe-durability");
        try (var wanted = Running.on(database, "firebreak.journal.allow-unsafe-durability=true")) {
            assertThat(wanted.ask(name, new Sample.OpenTally(name + "/tally"))).isEqualTo(name + "/tally");
        }
    }

    private List<String> open(int count) {
        List<String> tenants =
                IntStream.range(0, count).mapToObj(i -> name + "_" + i).toList();
        tenants.stream()
                .map(tenant -> running.send(tenant, new Sample.OpenTally(tenant + "/tally")))
                .toList()
                .forEach(CompletableFuture::join);
        return tenants;
    }

    private List<Object> inOneGroup(
            List<String> tenants, java.util.function.Function<String, Object> command, Runnable meanwhile)
            throws Exception {
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        whileTheWriterIsHeld(() -> {
            tenants.forEach(tenant -> answers.add(running.send(tenant, command.apply(tenant))));
            meanwhile.run();
        });
        List<Object> results = new ArrayList<>();
        for (var answer : answers) {
            results.add(answer.get(10, SECONDS));
        }
        return results;
    }

    /** Keeps the writer in a commit of its own, so that what is sent meanwhile becomes one group. */
    private void whileTheWriterIsHeld(Runnable work) throws Exception {
        String tenant = "held_" + holds.incrementAndGet();
        String other = tenant + "/tally";
        try (var holder = TestDatabases.owner(running.database).getConnection()) {
            holder.setAutoCommit(false);
            // The held tenant's number, uncommitted: only the writer waits for it, and planting stays possible.
            try (var statement = holder.prepareStatement(
                    "insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number,"
                            + " event_identifier, time_stamp, payload_type, payload, meta_data)"
                            + " values (?, 1, ?, 99, 'held', now(), 'held', '', '')")) {
                statement.setString(1, tenant);
                statement.setString(2, other);
                statement.execute();
            }
            var held = running.send(tenant, new Sample.OpenTally(other));
            Thread.sleep(200);
            work.run();
            Thread.sleep(300);
            holder.rollback();
            held.get(10, SECONDS);
        }
    }

    /** In how many transactions the counts of all tenants but one were committed. */
    private long transactionsOf(String except) {
        return running.count(
                "select count(distinct xmin::text) from journal.event where payload_type = 'counted'"
                        + " and tenant_id like ? and tenant_id <> ?"
                        + " and convert_from(meta_data, 'UTF8') like '%agent%'",
                name + "\\_%", except);
    }
}
