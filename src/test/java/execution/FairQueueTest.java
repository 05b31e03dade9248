package execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import execution.FairQueue.Hold;
import execution.FairQueue.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private static final int SLOTS = 16;
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final long HOUR = 3_600_000;

    @Test
    void weights_3_and_1_share_slot_seconds_3_to_1_with_equal_durations() {
        var pool = new Simulation(SLOTS, action -> 100);
        pool.queue.limits("heavy", 3, UNLIMITED);
        pool.queue.limits("light", 1, UNLIMITED);

        pool.run(HOUR, () -> keepBacklog(pool, 100, "heavy", "light"));

        assertThat(share(pool, "heavy", "light")).isCloseTo(3, within(0.09));
    }

    @Test
    void weights_3_and_1_share_slot_seconds_3_to_1_with_unequal_durations_and_wrong_estimates() {
        var random = new Random(7);
        var pool = new Simulation(
                SLOTS,
                action -> action.tenant().equals("heavy") ? 20 + random.nextInt(60) : 500 + random.nextInt(3_000));
        pool.queue.limits("heavy", 3, UNLIMITED);
        pool.queue.limits("light", 1, UNLIMITED);

        // Both are expected to take 200 ms: what they really take is charged when they end.
        pool.run(HOUR, () -> keepBacklog(pool, 200, "heavy", "light"));

        assertThat(share(pool, "heavy", "light")).isCloseTo(3, within(0.09));
    }

    @Test
    void a_weight_that_changes_shows_in_the_backlog_that_exists() {
        var pool = new Simulation(SLOTS, action -> 100);
        pool.offer("one", 100, 200_000);
        pool.offer("two", 100, 200_000);
        pool.queue.limits("one", 1, UNLIMITED);
        pool.queue.limits("two", 1, UNLIMITED);
        pool.run(600_000, () -> {});
        assertThat(share(pool, "one", "two")).isCloseTo(1, within(0.03));
        Map<String, Long> before = Map.copyOf(pool.slotMillis);

        pool.queue.limits("one", 3, UNLIMITED);
        pool.run(1_200_000, () -> {});

        double one = pool.used("one") - before.getOrDefault("one", 0L);
        double two = pool.used("two") - before.getOrDefault("two", 0L);
        assertThat(one / two).isCloseTo(3, within(0.09));
    }

    @Test
    void a_hundred_equal_tenants_get_equal_shares() {
        var random = new Random(11);
        var pool = new Simulation(SLOTS, action -> 50 + random.nextInt(100));
        String[] tenants = new String[100];
        for (int i = 0; i < tenants.length; i++) {
            tenants[i] = "t" + i;
        }

        pool.run(600_000, () -> keepBacklog(pool, 100, tenants));

        assertThat(pool.slotMillis).hasSize(100);
        assertThat(Simulation.jain(pool.slotMillis.values())).isGreaterThan(0.99);
        assertThat(pool.busy).as("slots are busy all the time").isGreaterThan(SLOTS * 600_000L * 99 / 100);
    }

    @Test
    void a_backlog_of_one_tenant_keeps_another_waiting_for_one_service_time_at_most() {
        var pool = new Simulation(SLOTS, action -> 100);
        pool.offer("aggressor", 100, 100_000);
        pool.run(10_050, () -> {});

        pool.offer("victim", 100, 1);
        pool.run(60_000, () -> {});

        assertThat(pool.longestWait.get("victim")).isLessThanOrEqualTo(100);
    }

    @Test
    void a_tenant_that_comes_back_has_saved_nothing_up() {
        var pool = new Simulation(SLOTS, action -> 100);
        pool.offer("idle", 100, 1);
        pool.run(600_000, () -> keepBacklog(pool, 100, "busy"));
        long before = pool.used("busy");

        pool.run(1_200_000, () -> keepBacklog(pool, 100, "busy", "idle"));

        double busy = pool.used("busy") - before;
        assertThat(busy / pool.used("idle")).isCloseTo(1, within(0.03));
    }

    @Test
    void a_tenant_that_leaves_and_comes_back_still_owes_what_it_used() {
        var queue = new FairQueue();
        queue.offer(Simulation.action("greedy", "crm", 1, 10, UNLIMITED));
        queue.offer(Simulation.action("patient", "crm", 2, 10, UNLIMITED));
        Turn greedy = queue.next().orElseThrow();
        queue.done(greedy, 1_000);

        // It has nothing waiting for a moment, which must not wipe out the second that it has just used.
        for (int i = 10; i < 50; i++) {
            queue.offer(Simulation.action("greedy", "crm", i, 10, UNLIMITED));
            queue.offer(Simulation.action("patient", "crm", 100 + i, 10, UNLIMITED));
        }

        for (int i = 0; i < 40; i++) {
            Turn turn = queue.next().orElseThrow();
            assertThat(turn.waiting().tenant()).isEqualTo("patient");
            queue.done(turn, 10);
        }
    }

    @Test
    void an_action_that_outlasts_its_estimate_is_charged_while_it_runs() {
        var queue = new FairQueue();
        for (int i = 0; i < 4; i++) {
            queue.offer(Simulation.action("slow", "crm", i, 10, UNLIMITED));
            queue.offer(Simulation.action("fast", "crm", 10 + i, 10, UNLIMITED));
        }
        Turn slow = queue.next().orElseThrow();
        assertThat(slow.waiting().tenant()).isEqualTo("slow");

        queue.running(slow, 60_000);

        for (int i = 0; i < 4; i++) {
            assertThat(queue.next().orElseThrow().waiting().tenant()).isEqualTo("fast");
        }
    }

    @Test
    void a_ceiling_holds_and_a_raised_one_applies_at_once() {
        var pool = new Simulation(SLOTS, action -> 100);
        pool.queue.limits("capped", 1, 3);
        pool.offer("capped", 100, 1_000);
        pool.run(1_000, () -> assertThat(pool.running.getOrDefault("capped", 0)).isLessThanOrEqualTo(3));
        assertThat(pool.used()).isEqualTo(3);
        assertThat(pool.queue.hold("capped", "zendesk", "ticket.update"))
                .contains(new Hold("parallel_actions", 3, 3, "tenant"));

        pool.queue.limits("capped", 1, 5);
        pool.run(2_000, () -> {});

        assertThat(pool.used()).isEqualTo(5);
    }

    @Test
    void a_full_bulkhead_does_not_block_the_tenants_other_systems() {
        var queue = new FairQueue();
        queue.offer(Simulation.action("acme", "slow_crm", 1, 100, 1));
        queue.offer(Simulation.action("acme", "slow_crm", 2, 100, 1));
        queue.offer(Simulation.action("acme", "zendesk", 3, 100, 10));

        Turn first = queue.next().orElseThrow();
        assertThat(first.waiting().action().key()).endsWith("1");
        assertThat(queue.next().orElseThrow().waiting().system()).isEqualTo("zendesk");
        assertThat(queue.next()).isEmpty();
        assertThat(queue.hold("acme", "slow_crm", "ticket.update"))
                .contains(new Hold("connector_bulkhead", 1, 1, "system:slow_crm"));

        queue.done(first, 100);
        assertThat(queue.next().orElseThrow().waiting().action().key()).endsWith("2");
    }

    @Test
    void a_full_operation_holds_up_neither_others_of_its_system_nor_more_than_its_system_may() {
        var queue = new FairQueue();
        queue.limits("acme", 1, 100);
        queue.offer(of("export", 1));
        queue.offer(of("export", 2));
        queue.offer(of("read", 3));
        queue.offer(of("read", 4));
        queue.offer(of("read", 5));

        var export = queue.next().orElseThrow();
        assertThat(export.waiting().operation()).isEqualTo("export");
        assertThat(queue.hold("acme", "crm", "export"))
                .contains(new Hold("operation_bulkhead", 1, 1, "operation:crm/export"));
        assertThat(queue.hold("acme", "crm", "read")).isEmpty();
        var read = queue.next().orElseThrow();
        assertThat(read.waiting().operation()).isEqualTo("read");
        assertThat(queue.next().orElseThrow().waiting().operation()).isEqualTo("read");

        // Three are under way, and the system takes no more, whatever the operation.
        assertThat(queue.next()).isEmpty();
        assertThat(queue.hold("acme", "crm", "read")).contains(new Hold("connector_bulkhead", 3, 3, "system:crm"));
        assertThat(queue.use("acme", "crm", null)).isEqualTo(new FairQueue.Use(3, 2));
        assertThat(queue.use("acme", "crm", "export")).isEqualTo(new FairQueue.Use(1, 1));

        queue.done(read, 1);
        assertThat(queue.next().orElseThrow().waiting().operation()).isEqualTo("read");
        queue.done(export, 1);
        assertThat(queue.next().orElseThrow().waiting().operation()).isEqualTo("export");
    }

    @Test
    void both_bulkheads_are_kept_in_one_number_that_was_the_systems_alone() {
        assertThat(Bulkheads.stored(16)).isEqualTo(new Bulkheads(16, 0));
        assertThat(new Bulkheads(16, 0).stored()).isEqualTo(16);
        assertThat(Bulkheads.stored(new Bulkheads(1_000, 1_000).stored())).isEqualTo(new Bulkheads(1_000, 1_000));
    }

    /** An export runs one at a time, and the system three of all. */
    private static Waiting of(String operation, long number) {
        Waiting plain = Simulation.action("acme", "crm", number, 1, 3);
        return new Waiting(
                plain.action(),
                plain.context(),
                plain.trace(),
                plain.pool(),
                plain.system(),
                operation,
                plain.cost(),
                new Bulkheads(3, operation.equals("export") ? 1 : 0),
                plain.quotaClass());
    }

    @Test
    void a_turn_is_given_at_once_where_it_is_the_next() {
        var queue = new FairQueue();
        queue.limits("acme", 1, 2);

        Turn first =
                queue.atOnce(Simulation.action("acme", "zendesk", 1, 100, 10)).orElseThrow();
        assertThat(first.waiting().action().key()).endsWith("1");
        queue.offer(Simulation.action("globex", "zendesk", 2, 100, 10));
        assertThat(queue.atOnce(Simulation.action("acme", "zendesk", 3, 100, 10)))
                .as("somebody waits")
                .isEmpty();
        assertThat(queue.next().orElseThrow().waiting().tenant()).isEqualTo("globex");
        assertThat(queue.atOnce(Simulation.action("acme", "zendesk", 4, 100, 10)))
                .isPresent();
        assertThat(queue.atOnce(Simulation.action("acme", "zendesk", 5, 100, 10)))
                .as("the ceiling")
                .isEmpty();
        assertThat(queue.waiting()).isZero();

        queue.offer(Simulation.action("acme", "zendesk", 6, 100, 10));
        assertThat(queue.atOnce(Simulation.action("globex", "zendesk", 7, 100, 10)))
                .as("what waits may not run")
                .isPresent();
        queue.done(first, 100);
        assertThat(queue.next().orElseThrow().waiting().action().key()).endsWith("6");
    }

    @Test
    void what_is_refused_a_turn_at_once_has_changed_nothing() {
        var queue = new FairQueue();
        queue.offer(Simulation.action("acme", "crm", 1, 100, 1));
        Turn first = queue.next().orElseThrow();
        queue.offer(Simulation.action("acme", "crm", 2, 100, 1));

        // It would fit in its wider bulkhead, and so would the one that came before it.
        assertThat(queue.atOnce(Simulation.action("acme", "crm", 3, 100, 2))).isEmpty();

        assertThat(queue.waiting()).isEqualTo(1);
        queue.done(first, 100);
        assertThat(queue.next().orElseThrow().waiting().action().key()).endsWith("2");
        assertThat(queue.next()).isEmpty();
    }

    @Test
    void actions_of_one_system_are_served_in_order_of_arrival() {
        var queue = new FairQueue();
        for (int i = 0; i < 100; i++) {
            queue.offer(Simulation.action("acme", "zendesk", i, 1 + i % 7, UNLIMITED));
        }
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            served.add(queue.next().orElseThrow().waiting().action().key());
        }
        assertThat(served).isSorted();
    }

    @Test
    void a_withdrawn_action_is_never_served() {
        var queue = new FairQueue();
        Waiting first = Simulation.action("acme", "zendesk", 1, 100, UNLIMITED);
        Waiting second = Simulation.action("acme", "zendesk", 2, 100, UNLIMITED);
        queue.offer(first);
        queue.offer(second);

        assertThat(queue.withdraw(first)).isTrue();
        assertThat(queue.withdraw(first)).isFalse();
        assertThat(queue.waiting()).isEqualTo(1);
        assertThat(queue.next().orElseThrow().waiting()).isEqualTo(second);
        assertThat(queue.next()).isEmpty();
    }

    @Test
    void an_action_offered_twice_is_served_once() {
        var queue = new FairQueue();
        queue.offer(Simulation.action("acme", "zendesk", 1, 100, UNLIMITED));
        queue.offer(Simulation.action("acme", "zendesk", 1, 100, UNLIMITED));

        assertThat(queue.next()).isPresent();
        assertThat(queue.next()).isEmpty();
    }

    @Test
    void random_histories_lose_nothing_serve_nothing_twice_and_hold_every_limit() {
        for (long seed = 0; seed < 300; seed++) {
            new RandomHistory(seed).run();
        }
    }

    @Test
    void a_turn_is_found_as_fast_among_thousands_of_tenants() {
        var queue = new FairQueue();
        Deque<Turn> inFlight = new ArrayDeque<>();
        for (int i = 0; i < 20_000; i++) {
            queue.offer(Simulation.action("t" + i % 10_000, "zendesk", i, 10, UNLIMITED));
        }
        long began = System.nanoTime();
        for (int i = 20_000; i < 220_000; i++) {
            inFlight.add(queue.next().orElseThrow());
            queue.offer(Simulation.action("t" + i % 10_000, "zendesk", i, 10, UNLIMITED));
            if (inFlight.size() > 256) {
                queue.done(inFlight.poll(), 10);
            }
        }
        long micros = (System.nanoTime() - began) / 1_000 / 200_000;
        assertThat(micros).as("microseconds for offer, turn and end").isLessThan(50);
    }

    /** One seeded history; a failure names the seed. */
    private static final class RandomHistory {
        private final long seed;
        private final Random random;
        private final FairQueue queue = new FairQueue();
        private final Map<String, Integer> ceilings = new HashMap<>();
        private final Map<String, Waiting> waiting = new HashMap<>();
        private final List<Turn> running = new ArrayList<>();
        private int served;
        private int withdrawn;
        private int offered;

        private RandomHistory(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        private void run() {
            for (int step = 0; step < 400; step++) {
                switch (random.nextInt(7)) {
                    case 0, 1 -> offer();
                    case 2 -> serve();
                    case 3 -> end();
                    case 4 -> withdraw();
                    case 5 -> atOnce();
                    default -> limit();
                }
                check();
            }
            ceilings.keySet().forEach(tenant -> queue.limits(tenant, 1, UNLIMITED));
            while (!running.isEmpty() || !waiting.isEmpty()) {
                serve();
                end();
                queue.forgetIdle();
            }
            assertThat(served + withdrawn).as("seed %d", seed).isEqualTo(offered);
        }

        private void offer() {
            String tenant = "t" + random.nextInt(5);
            Waiting action = Simulation.action(tenant, "s" + random.nextInt(3), offered++, 1 + random.nextInt(500), 2);
            queue.offer(action);
            waiting.put(action.action().toString(), action);
        }

        private void atOnce() {
            String tenant = "t" + random.nextInt(5);
            Waiting action = Simulation.action(tenant, "s" + random.nextInt(3), offered, 1 + random.nextInt(500), 2);
            queue.atOnce(action).ifPresent(turn -> {
                assertThat(turn.waiting()).as("seed %d", seed).isEqualTo(action);
                running.add(turn);
                offered++;
                served++;
            });
        }

        private void serve() {
            queue.next().ifPresent(turn -> {
                assertThat(waiting.remove(turn.waiting().action().toString()))
                        .as("seed %d serves what waits", seed)
                        .isNotNull();
                running.add(turn);
                served++;
            });
        }

        private void end() {
            if (!running.isEmpty()) {
                Turn turn = running.remove(random.nextInt(running.size()));
                queue.running(turn, random.nextInt(800));
                queue.done(turn, random.nextInt(1_000));
            }
        }

        private void withdraw() {
            if (!waiting.isEmpty()) {
                Waiting action = waiting.values().iterator().next();
                assertThat(queue.withdraw(action)).as("seed %d", seed).isTrue();
                waiting.remove(action.action().toString());
                withdrawn++;
            }
        }

        private void limit() {
            String tenant = "t" + random.nextInt(5);
            int ceiling = 1 + random.nextInt(4);
            ceilings.put(tenant, ceiling);
            queue.limits(tenant, 0.5 + random.nextInt(4), ceiling);
        }

        private void check() {
            assertThat(queue.waiting()).as("seed %d", seed).isEqualTo(waiting.size());
            Map<String, Integer> bySystem = new HashMap<>();
            running.forEach(turn -> bySystem.merge(
                    turn.waiting().tenant() + "/" + turn.waiting().system(), 1, Integer::sum));
            assertThat(bySystem.values()).as("seed %d, bulkheads", seed).allMatch(count -> count <= 2);
        }
    }

    private static void keepBacklog(Simulation pool, long cost, String... tenants) {
        for (String tenant : tenants) {
            int missing = 20 - pool.queue.waiting(tenant);
            if (missing > 10) {
                pool.offer(tenant, cost, missing);
            }
        }
    }

    private static double share(Simulation pool, String of, String to) {
        return (double) pool.used(of) / pool.used(to);
    }
}
