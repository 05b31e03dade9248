package execution;

import static org.assertj.core.api.Assertions.assertThat;

import execution.FairQueue.Turn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quota.Limits;

class PoolTest {

    private static final Limits LIMITS = new Limits(100, 100, 10, 1_000, 1, 100, 1_000);

    private final List<Turn> started = new ArrayList<>();
    private final Pool pool = new Pool("shared", 2, 10, (from, turn) -> started.add(turn), () -> {}, System::nanoTime);

    @Test
    void gives_out_its_slots_and_no_more() {
        pool.open();
        offer(0, 5);

        assertThat(started).hasSize(2);
        pool.done(started.getFirst());
        assertThat(started).hasSize(3);
        assertThat(pool.running()).isEqualTo(2);
    }

    @Test
    void starts_nothing_before_it_is_open_and_nothing_after_it_is_closed() {
        offer(0, 5);
        assertThat(started).isEmpty();
        pool.open();
        pool.close();
        pool.done(started.getFirst());

        assertThat(started).hasSize(2);
    }

    @Test
    void holds_so_many_of_a_tenant_and_reads_the_rest_from_the_table_in_order() {
        List<Waiting> table = actions(0, 30);
        table.forEach(action -> pool.offer(action, LIMITS));
        assertThat(pool.waiting()).as("held").isEqualTo(10);
        pool.open();

        while (pool.running() > 0) {
            feed(table);
            pool.done(started.get(started.size() - pool.running()));
        }

        assertThat(started)
                .extracting(turn -> turn.waiting().action().key())
                .containsExactlyElementsOf(
                        table.stream().map(action -> action.action().key()).toList());
        assertThat(pool.hungry()).isEmpty();
    }

    @Test
    void takes_an_action_that_runs_already_no_second_time() {
        pool.open();
        offer(0, 1);
        offer(0, 1);

        assertThat(started).hasSize(1);
        assertThat(pool.waiting()).isZero();
    }

    @Test
    void gives_a_slot_at_once_while_one_is_free_and_takes_it_back() {
        assertThat(pool.takeAtOnce(action(0), LIMITS)).as("not open").isEmpty();
        pool.open();
        Turn first = pool.takeAtOnce(action(0), LIMITS).orElseThrow();
        assertThat(pool.takeAtOnce(action(1), LIMITS)).isPresent();
        assertThat(pool.takeAtOnce(action(2), LIMITS)).as("no slot is free").isEmpty();
        assertThat(pool.running()).isEqualTo(2);
        assertThat(pool.waiting()).isZero();

        pool.done(first);
        assertThat(pool.takeAtOnce(action(3), LIMITS)).isPresent();
        pool.close();
        pool.done(first);
        assertThat(pool.takeAtOnce(action(4), LIMITS)).as("closed").isEmpty();
        assertThat(started)
                .as("nobody was told to start what was given at once")
                .isEmpty();
    }

    @Test
    void gives_no_slot_at_once_before_what_the_table_holds() {
        pool.open();
        pool.resume("acme");

        assertThat(pool.takeAtOnce(action(1), LIMITS)).isEmpty();

        pool.hungry().forEach(hungry -> pool.fed(hungry, List.of(), action -> LIMITS));
        assertThat(pool.takeAtOnce(action(1), LIMITS)).isPresent();
    }

    @Test
    void gives_no_slot_at_once_to_what_is_contained() {
        var frozen = new Pool(
                "shared", 2, 10, action -> true, (from, turn) -> started.add(turn), () -> {}, System::nanoTime);
        frozen.open();

        assertThat(frozen.takeAtOnce(action(0), LIMITS)).isEmpty();
        assertThat(frozen.running()).isZero();
    }

    /** What the dispatcher does with a tenant that memory holds few actions of. */
    private void feed(List<Waiting> table) {
        for (Pool.Hungry hungry : pool.hungry()) {
            List<String> known =
                    started.stream().map(turn -> turn.waiting().action().key()).toList();
            List<Waiting> found = table.stream()
                    .filter(action -> !known.contains(action.action().key()))
                    .filter(action -> action.action().key().compareTo(hungry.after()) > 0)
                    .limit(hungry.room())
                    .toList();
            pool.fed(hungry, found, action -> LIMITS);
        }
    }

    private void offer(int from, int count) {
        actions(from, count).forEach(action -> pool.offer(action, LIMITS));
    }

    private static Waiting action(int number) {
        return actions(number, 1).getFirst();
    }

    private static List<Waiting> actions(int from, int count) {
        List<Waiting> made = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            made.add(Simulation.action("acme", "zendesk", i, 10, 1_000));
        }
        return made;
    }
}
