package journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.axonframework.common.caching.Cache;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A lane decides its next batch while the one before is committed. Here commits take as long as a test wants. */
class DecidedAheadTest {

    private static final Duration A_WHILE = Duration.ofMillis(200);

    @SuppressWarnings("NullAway.Init")
    private static Running running;

    private static final AtomicInteger tenants = new AtomicInteger();

    private final String tenant = "ahead_" + tenants.incrementAndGet();
    private final String tally = tenant + "/tally";

    @BeforeAll
    static void start() {
        running = Running.start();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    /** Nothing is committed while it is open. */
    private static final class Standstill implements AutoCloseable {

        private final Connection connection;

        Standstill() throws SQLException {
            connection = TestDatabases.owner(running.database).getConnection();
            connection.setAutoCommit(false);
            connection.createStatement().execute("lock table journal.event in exclusive mode");
        }

        /** Another process writes the tally's next event, of 5, and everybody may go on. */
        void plant(String tenant, String tally) throws SQLException {
            running.plant(new JdbcTemplate(new SingleConnectionDataSource(connection, true)), tenant, tally, 1, 2);
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.close();
        }
    }

    @Test
    void the_next_batch_is_decided_while_one_is_committed_and_committed_after_it() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        try (var standstill = new Standstill()) {
            answers.add(sentAndBeingCommitted(new Sample.Count(tally, 1)));
            answers.add(sentAndDecided(new Sample.Count(tally, 2)));

            int decided = Sample.Tally.handled.get();
            answers.add(running.send(tenant, new Sample.Count(tally, 3)));
            Thread.sleep(A_WHILE);

            assertThat(Sample.Tally.handled.get())
                    .as("one is decided ahead, not more")
                    .isEqualTo(decided);
            assertThat(answers).noneMatch(CompletableFuture::isDone);
        }
        assertThat(answers.stream().map(CompletableFuture::join)).containsExactly(1L, 3L, 6L);
        assertThat(running.owner.queryForList(
                        "select sequence_number from journal.event where tenant_id = ? order by tenant_seq",
                        Long.class,
                        tenant))
                .containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void what_was_decided_on_a_commit_that_failed_is_decided_again_after_it() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        CompletableFuture<Object> first;
        CompletableFuture<Object> second;
        try (var standstill = new Standstill()) {
            first = sentAndBeingCommitted(new Sample.Count(tally, 1));
            second = sentAndDecided(new Sample.Count(tally, 2));
            standstill.plant(tenant, tally);

            assertThat(first.get(10, SECONDS)).isEqualTo(6L);
            assertThat(second.get(10, SECONDS)).isEqualTo(8L);
        }
        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("8 in 3, VERY_LARGE");
        assertThat(running.gapFree()).isTrue();
    }

    @Test
    void nobody_hears_what_was_decided_on_a_commit_that_failed() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        try (var standstill = new Standstill()) {
            var first = sentAndBeingCommitted(new Sample.Count(tally, 1));
            int handled = SampleApplication.handled.get();
            var look = running.send(tenant, new Sample.Look(tally));
            await(() -> SampleApplication.handled.get() > handled);
            Thread.sleep(A_WHILE);
            assertThat(look).isNotDone();
            standstill.plant(tenant, tally);

            assertThat(first.get(10, SECONDS)).isEqualTo(6L);
            assertThat(look.get(10, SECONDS)).isEqualTo("6 in 2, VERY_LARGE");
        }
    }

    @Test
    void what_is_read_from_the_database_is_read_after_the_commit_before() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        double redone = redone();
        CompletableFuture<Object> first;
        CompletableFuture<Object> second;
        try (var standstill = new Standstill()) {
            first = sentAndBeingCommitted(new Sample.Count(tally, 1));
            running.bean(Cache.class).remove(tally);
            int decided = Sample.Tally.handled.get();
            second = running.send(tenant, new Sample.Count(tally, 2));
            Thread.sleep(A_WHILE);

            assertThat(Sample.Tally.handled.get()).isEqualTo(decided);
        }
        assertThat(first.get(10, SECONDS)).isEqualTo(1L);
        assertThat(second.get(10, SECONDS)).isEqualTo(3L);
        assertThat(redone()).isEqualTo(redone);
    }

    @Test
    void on_a_command_that_is_not_followed_nothing_is_decided_before_it_is_durable() throws Exception {
        int decided = Sample.Tally.handled.get();
        CompletableFuture<Object> count;
        try (var standstill = new Standstill()) {
            var unused = running.send(tenant, new Sample.OpenTally(tally));
            await(() -> running.bean(Cache.class).containsKey(tally));
            count = running.send(tenant, new Sample.Count(tally, 1));
            Thread.sleep(A_WHILE);

            assertThat(Sample.Tally.handled.get()).isEqualTo(decided);
        }
        assertThat(count.get(10, SECONDS)).isEqualTo(1L);
    }

    @Test
    void a_bug_in_what_is_decided_ahead_undoes_only_that() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        CompletableFuture<Object> first;
        CompletableFuture<Object> bug;
        try (var standstill = new Standstill()) {
            first = sentAndBeingCommitted(new Sample.Count(tally, 1));
            int handled = SampleApplication.handled.get();
            bug = running.send(tenant, new Sample.CountThenFail(tally));
            await(() -> SampleApplication.handled.get() > handled);
        }
        assertThat(first.get(10, SECONDS)).isEqualTo(1L);
        assertThatThrownBy(() -> bug.get(10, SECONDS)).hasRootCauseMessage("a bug");
        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("1 in 1, VERY_LARGE");
    }

    @Test
    void answers_come_in_the_order_of_commits() {
        running.ask(tenant, new Sample.OpenTally(tally));
        List<Object> heard = Collections.synchronizedList(new ArrayList<>());

        var all = IntStream.range(0, 3_000)
                .mapToObj(n -> running.send(tenant, new Sample.Count(tally, 1)).thenAccept(heard::add))
                .toList();
        all.forEach(CompletableFuture::join);

        assertThat(heard)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 3_000)
                        .mapToObj(n -> (Object) (long) n)
                        .toList());
    }

    /** Bugs, another process in the way, and aggregates that leave memory at the worst moment: what was answered is what is there. */
    @Test
    void whatever_fails_meanwhile_what_was_answered_is_what_is_there() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        var over = new AtomicBoolean();
        var planted = new AtomicInteger();
        Thread.Builder.OfVirtual threads = Thread.ofVirtual();
        Thread forgetting = threads.start(() -> {
            while (!over.get()) {
                running.bean(Cache.class).remove(tally);
                sleep(Duration.ofMillis(2));
            }
        });
        Thread other = threads.start(() -> {
            while (!over.get()) {
                planted.addAndGet(plantedNext() ? 1 : 0);
                sleep(Duration.ofMillis(20));
            }
        });
        List<Object> answers = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = IntStream.range(0, 24)
                .mapToObj(caller -> threads.start(() -> {
                    for (int n = 0; n < 150; n++) {
                        call(answers);
                    }
                }))
                .toList();
        for (Thread caller : callers) {
            caller.join();
        }
        over.set(true);
        forgetting.join();
        other.join();

        assertThat(planted).hasPositiveValue();
        assertThat(answers).doesNotHaveDuplicates().hasSizeGreaterThan(1_000);
        int counted = answers.size() + planted.get();
        assertThat(running.ask(tenant, new Sample.Look(tally)))
                .asString()
                .startsWith(answers.size() + 5L * planted.get() + " in " + Math.min(counted, 2_000) + ",");
        assertThat(running.count("select count(*) from journal.event where tenant_id = ?", tenant))
                .isEqualTo(1 + counted);
        assertThat(running.gapFree()).isTrue();
    }

    private void call(List<Object> answers) {
        Object command = switch (ThreadLocalRandom.current().nextInt(20)) {
            case 0 -> new Sample.CountThenFail(tally);
            case 1 -> new Sample.CountThenRefuse(tally);
            default -> new Sample.Count(tally, 1);
        };
        try {
            Object answer = running.ask(tenant, command);
            answers.add(answer);
        } catch (CompletionException failed) {
            assertThat(failed.getCause())
                    .satisfiesAnyOf(
                            bug -> assertThat(bug).hasMessage("a bug"),
                            refusal -> assertThat(refusal).isInstanceOf(Sample.TooMuch.class),
                            conflict -> assertThat(conflict)
                                    .isInstanceOf(org.axonframework.modelling.command.ConcurrencyException.class));
        }
    }

    private boolean plantedNext() {
        try {
            running.plant(
                    tenant,
                    tally,
                    running.count("select max(sequence_number) + 1 from journal.event where tenant_id = ?", tenant),
                    running.count("select max(tenant_seq) + 1 from journal.event where tenant_id = ?", tenant));
            return true;
        } catch (DataAccessException tooLate) {
            return false;
        }
    }

    /** Sends it, and returns once its commit waits for the standstill to end. */
    private CompletableFuture<Object> sentAndBeingCommitted(Sample.Count count) {
        var answer = running.send(tenant, count);
        await(() -> running.count(
                        "select count(*) from pg_locks where relation = 'journal.event'::regclass and not granted")
                > 0);
        return answer;
    }

    /** Sends it, and returns once it is decided. */
    private CompletableFuture<Object> sentAndDecided(Sample.Count count) {
        int decided = Sample.Tally.handled.get();
        var answer = running.send(tenant, count);
        await(() -> Sample.Tally.handled.get() > decided);
        return answer;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long until = System.nanoTime() + SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not happen").isLessThan(until);
            sleep(Duration.ofMillis(1));
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static double redone() {
        return running.bean(MeterRegistry.class)
                .get("journal.lane.redone")
                .counter()
                .count();
    }
}
