package journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.axonframework.common.caching.Cache;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tenancy.Refusal;

@SuppressWarnings("FutureReturnValueIgnored") // what only has to be in the lane is not waited for
class TenantLanesTest {

    @SuppressWarnings("NullAway.Init")
    private static Running running;

    private static final AtomicInteger tenants = new AtomicInteger();

    private final String tenant = "lane_" + tenants.incrementAndGet();
    private final String tally = tenant + "/tally";

    @BeforeAll
    static void start() {
        running = Running.start();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void a_command_refused_before_it_applied_fails_alone_and_is_not_redone() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        int handled = Sample.Tally.handled.get();

        var answers = running.together(
                tenant, new Sample.Count(tally, 1), new Sample.Refuse(tally), new Sample.Count(tally, 2));

        assertThat(answers.get(0).get(10, SECONDS)).isEqualTo(1L);
        assertThatThrownBy(() -> answers.get(1).get(10, SECONDS)).hasCauseInstanceOf(Sample.TooMuch.class);
        assertThat(answers.get(2).get(10, SECONDS)).isEqualTo(3L);
        assertThat(Sample.Tally.handled.get() - handled).isEqualTo(2);
        assertThat(transactions("counted")).isEqualTo(1);
    }

    @Test
    void a_command_refused_after_it_applied_leaves_nothing_and_the_others_are_decided_again() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));

        var answers = running.together(
                tenant, new Sample.Count(tally, 1), new Sample.CountThenRefuse(tally), new Sample.Count(tally, 2));

        assertThat(answers.get(0).get(10, SECONDS)).isEqualTo(1L);
        assertThatThrownBy(() -> answers.get(1).get(10, SECONDS)).hasCauseInstanceOf(Sample.TooMuch.class);
        assertThat(answers.get(2).get(10, SECONDS)).isEqualTo(3L);
        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("3 in 2, VERY_LARGE");
        assertThat(events()).isEqualTo(3);
    }

    @Test
    void what_is_urgent_goes_before_ten_thousand_and_where_there_is_no_room_for_others() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        running.send(tenant, new Sample.Hold(entered, release));
        entered.await();
        List<CompletableFuture<Object>> waiting = IntStream.range(0, 10_000)
                .mapToObj(n -> running.send(tenant, new Sample.Count(tally, 1)))
                .toList();
        assertThatThrownBy(() -> running.ask(tenant, new Sample.Look(tally))).hasCauseInstanceOf(LaneFull.class);

        var urgent = running.send(tenant, new Sample.LookNow(tally));
        release.countDown();

        assertThat(urgent.get(10, SECONDS)).isEqualTo("0 in 0, VERY_LARGE");
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(60, SECONDS);
        assertThat(running.ask(tenant, new Sample.Look(tally))).asString().startsWith("10000 in ");
    }

    @Test
    void a_bug_in_one_command_fails_that_command_alone() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));

        var answers = running.together(
                tenant, new Sample.Count(tally, 1), new Sample.CountThenFail(tally), new Sample.Count(tally, 2));

        assertThat(answers.get(0).get(10, SECONDS)).isEqualTo(1L);
        assertThatThrownBy(() -> answers.get(1).get(10, SECONDS)).hasRootCauseMessage("a bug");
        assertThat(answers.get(2).get(10, SECONDS)).isEqualTo(3L);
        assertThat(events()).isEqualTo(3);
    }

    @Test
    void a_batch_for_which_there_is_no_connection_is_told_so_at_once_and_not_one_by_one() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));

        var answers = running.together(
                tenant, new Sample.Count(tally, 1), new Sample.CountFarAway(tally), new Sample.Count(tally, 2));

        for (var answer : answers) {
            assertThatThrownBy(() -> answer.get(10, SECONDS))
                    .hasRootCauseInstanceOf(java.sql.SQLTransientConnectionException.class);
        }
        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("0 in 0, VERY_LARGE");
    }

    @Test
    void a_rollback_evicts_what_was_changed_in_the_cache() {
        running.ask(tenant, new Sample.OpenTally(tally));
        assertThat(running.bean(Cache.class).containsKey(tally)).isTrue();

        assertThatThrownBy(() -> running.ask(tenant, new Sample.CountThenFail(tally)))
                .hasRootCauseMessage("a bug");

        assertThat(running.bean(Cache.class).containsKey(tally)).isFalse();
        assertThat(running.ask(tenant, new Sample.Look(tally))).isEqualTo("0 in 0, VERY_LARGE");
    }

    @Test
    void a_conflict_with_another_process_is_solved_by_loading_again() {
        running.ask(tenant, new Sample.OpenTally(tally));
        running.plant(tenant, tally, 1, 2);

        assertThat(running.ask(tenant, new Sample.Count(tally, 1))).isEqualTo(6L);
        assertThat(events()).isEqualTo(3);
        assertThat(running.gapFree()).isTrue();
    }

    @Test
    void what_exists_already_cannot_be_created_again() throws Exception {
        var answers = running.together(
                tenant, new Sample.OpenTally(tally), new Sample.OpenTally(tally), new Sample.Count(tally, 1));

        assertThat(answers.get(0).get(10, SECONDS)).isEqualTo(tally);
        assertThatThrownBy(() -> answers.get(1).get(10, SECONDS))
                .hasCauseInstanceOf(org.axonframework.modelling.command.AggregateStreamCreationException.class);
        assertThat(answers.get(2).get(10, SECONDS)).isEqualTo(1L);
    }

    @Test
    void commands_of_a_tenant_are_decided_in_the_order_they_were_sent() {
        running.ask(tenant, new Sample.OpenTally(tally));
        List<CompletableFuture<Object>> answers = IntStream.range(0, 1_000)
                .mapToObj(i -> running.send(tenant, new Sample.Count(tally, 1)))
                .toList();

        assertThat(answers.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 1_000)
                        .mapToObj(i -> (Object) (long) i)
                        .toList());
    }

    @Test
    void each_event_carries_the_metadata_of_its_own_command() throws Exception {
        running.ask(tenant, new Sample.OpenTally(tally));
        var answers = running.together(
                tenant, new Sample.Count(tally, 10), new Sample.Count(tally, 11), new Sample.Count(tally, 12));
        answers.forEach(CompletableFuture::join);

        assertThat(transactions("counted")).isEqualTo(1);
        List<Map<String, @Nullable Object>> rows = running.owner.queryForList(
                "select convert_from(payload, 'UTF8')::json ->> 'amount' as amount,"
                        + " convert_from(meta_data, 'UTF8')::json ->> 'request' as request, agent_id"
                        + " from journal.event where tenant_id = ? and payload_type = 'counted' order by tenant_seq",
                tenant);
        assertThat(rows)
                .containsExactly(
                        Map.of("amount", "10", "request", "r0", "agent_id", "agent_of_r0"),
                        Map.of("amount", "11", "request", "r1", "agent_id", "agent_of_r1"),
                        Map.of("amount", "12", "request", "r2", "agent_id", "agent_of_r2"));
    }

    @Test
    void interceptors_that_modules_declare_see_each_command_once() {
        running.ask(tenant, new Sample.OpenTally(tally));
        int dispatched = SampleApplication.dispatched.get();
        int handled = SampleApplication.handled.get();

        running.ask(tenant, new Sample.Look(tally));

        assertThat(SampleApplication.dispatched.get() - dispatched).isEqualTo(1);
        assertThat(SampleApplication.handled.get() - handled).isEqualTo(1);
    }

    @Test
    void a_command_without_a_tenant_has_no_lane() {
        var answer = new CompletableFuture<Throwable>();
        running.bean(org.axonframework.commandhandling.CommandBus.class)
                .dispatch(
                        org.axonframework.commandhandling.GenericCommandMessage.asCommandMessage(
                                new Sample.Look(tally)),
                        (command, result) -> answer.complete(result.exceptionResult()));

        assertThat(answer.join()).hasMessageContaining("names no tenant");
    }

    @Test
    void an_event_for_another_tenants_aggregate_is_refused() {
        running.ask(tenant, new Sample.OpenTally(tally));

        assertThatThrownBy(() -> running.ask(tenant + "x", new Sample.Count(tally, 1)))
                .hasMessageContaining("cannot be written in the lane of");
        assertThat(events()).isEqualTo(1);
    }

    @Test
    void a_full_lane_refuses_and_names_its_limit() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        running.send(tenant, new Sample.Hold(entered, release));
        entered.await();
        running.send(tenant, new Sample.OpenTally(tally));
        for (int i = 1; i < 10_000; i++) {
            running.send(tenant, new Sample.Look(tally));
        }

        var refused = running.send(tenant, new Sample.Look(tally));

        assertThatThrownBy(() -> refused.get(10, SECONDS)).cause().isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.code()).isEqualTo("lane_full");
            assertThat(refusal.kind().status()).isEqualTo(503);
            assertThat(refusal).hasMessageContaining("10000").hasMessageContaining("retry");
        });
        release.countDown();
        assertThat(running.ask(tenant + "x", new Sample.OpenTally(tenant + "x/tally")))
                .isNotNull();
    }

    @Test
    void stopping_finishes_what_waits_and_takes_nothing_new() throws Exception {
        try (var stopping = Running.start()) {
            stopping.ask(tenant, new Sample.OpenTally(tally));
            var entered = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            stopping.send(tenant, new Sample.Hold(entered, release));
            entered.await();
            List<CompletableFuture<Object>> answers = IntStream.range(0, 500)
                    .mapToObj(i -> stopping.send(tenant, new Sample.Count(tally, 1)))
                    .toList();
            var lanes = stopping.bean(TenantLanes.class);
            Thread stop = Thread.ofVirtual().start(stopping.context::close);
            while (lanes.isRunning()) {
                Thread.sleep(1);
            }

            assertThatThrownBy(
                            () -> stopping.send(tenant, new Sample.Look(tally)).join())
                    .hasCauseInstanceOf(ShuttingDown.class);
            release.countDown();
            stop.join();

            assertThat(answers).allMatch(CompletableFuture::isDone);
            assertThat(answers.getLast().join()).isEqualTo(500L);
            assertThat(stopping.count("select count(*) from journal.event")).isEqualTo(501);
        }
    }

    @Test
    void stopping_does_not_wait_for_ever() throws Exception {
        try (var stopping = Running.start("firebreak.journal.drain=200ms")) {
            var entered = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            stopping.send(tenant, new Sample.Hold(entered, release));
            entered.await();
            var waiting = stopping.send(tenant, new Sample.OpenTally(tally));

            stopping.context.close();
            release.countDown();

            assertThatThrownBy(() -> waiting.get(10, SECONDS)).hasCauseInstanceOf(ShuttingDown.class);
        }
    }

    private long transactions(String type) {
        return running.count(
                "select count(distinct xmin::text) from journal.event where tenant_id = ? and payload_type = ?",
                tenant,
                type);
    }

    private long events() {
        return running.count("select count(*) from journal.event where tenant_id = ?", tenant);
    }
}
