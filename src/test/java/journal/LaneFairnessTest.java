package journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.Test;
import tenancy.TenantContext;

class LaneFairnessTest {

    private static final int WAITING = 10_000;
    private static final int TRIES = 21;

    @Test
    void lanes_that_never_wait_for_a_commit_still_let_others_go_first() throws Exception {
        // Two of them, one for each carrier thread, refusing everything.
        delaysAreTwoBatchesAtMost(List.of("hot_1", "hot_2"), Sample.Refuse::new, Sample.Look::new);
    }

    @Test
    void a_hot_tenant_with_10_000_waiting_commits_delays_another_by_two_batches_at_most() throws Exception {
        Function<String, Object> count = tally -> new Sample.Count(tally, 1);
        delaysAreTwoBatchesAtMost(List.of("hot"), count, count);
    }

    private static void delaysAreTwoBatchesAtMost(
            List<String> hot, Function<String, Object> command, Function<String, Object> calm) throws Exception {
        try (var running = Running.start()) {
            running.ask("calm", new Sample.OpenTally("calm/tally"));
            var batches = new Batches();
            running.bean(TenantLanes.class).registerHandlerInterceptor((unit, chain) -> {
                batches.saw(unit);
                return chain.proceed();
            });
            List<CompletableFuture<Object>> flood = flood(running, hot, command);

            List<Integer> delays = new ArrayList<>();
            while (delays.size() < TRIES && !flood.getLast().isDone()) {
                var answer = running.send("calm", calm.apply("calm/tally")).thenApply(answered -> batches.of(hot));
                List<Integer> before = batches.of(hot);
                List<Integer> after = answer.get(30, SECONDS);
                for (int lane = 0; lane < hot.size(); lane++) {
                    delays.add(after.get(lane) - before.get(lane));
                }
            }
            assertThat(delays).hasSizeGreaterThan(3);

            // What was counted from outside is blurred when the machine stops a thread; what the lanes count is not.
            assertThat(delays.stream().sorted().toList().get(delays.size() / 2)).isLessThanOrEqualTo(2);
            assertThat(running.bean(MeterRegistry.class)
                            .get("journal.lane.turns")
                            .summary()
                            .max())
                    .isLessThanOrEqualTo(2.0 * hot.size());
            flood.forEach(answer -> answer.exceptionally(refused -> refused).join());
        }
    }

    private static List<CompletableFuture<Object>> flood(
            Running running, List<String> hot, Function<String, Object> command) throws InterruptedException {
        List<CompletableFuture<Object>> flood = new ArrayList<>();
        var release = new CountDownLatch(1);
        for (String name : hot) {
            running.ask(name, new Sample.OpenTally(name + "/tally"));
            var entered = new CountDownLatch(1);
            flood.add(running.send(name, new Sample.Hold(entered, release)));
            entered.await();
            for (int i = 0; i < WAITING; i++) {
                flood.add(running.send(name, command.apply(name + "/tally")));
            }
        }
        release.countDown();
        return flood;
    }

    /** Counts the units of work that each tenant's lane has begun. */
    private static final class Batches {

        private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        private final Map<String, UnitOfWork<?>> last = new ConcurrentHashMap<>();

        void saw(UnitOfWork<? extends CommandMessage<?>> unit) {
            String lane = (String) unit.getMessage().getMetaData().get(TenantContext.TENANT);
            if (last.put(lane, unit) != unit) {
                counts.computeIfAbsent(lane, same -> new AtomicInteger()).incrementAndGet();
            }
        }

        List<Integer> of(List<String> lanes) {
            return lanes.stream()
                    .map(lane -> counts.computeIfAbsent(lane, same -> new AtomicInteger())
                            .get())
                    .toList();
        }
    }
}
