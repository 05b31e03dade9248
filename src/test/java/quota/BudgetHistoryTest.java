package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static quota.Envelopes.ACME;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.Test;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Seeded random histories: whatever order reservations, settlements, limits and days come in, nothing is overspent. */
class BudgetHistoryTest {

    private static final int HISTORIES = 150;
    private static final int STEPS = 120;
    private static final int OPEN_AT_ONCE = 64;
    private static final int DEAREST = 5;
    private static final Instant START = Instant.parse("2026-11-23T22:00:00Z");

    /** Fields and not getters, as the journal reads and writes snapshots. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultVisibility(all -> all.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                    .withVisibility(PropertyAccessor.GETTER, Visibility.NONE)
                    .withVisibility(PropertyAccessor.SETTER, Visibility.NONE))
            .build();

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** The ledger as a child would keep it. */
    private static final class Model {
        long window;
        long spent;
        final Map<String, Budget.Held> held = new HashMap<>();

        long reserved() {
            return held.values().stream()
                    .filter(each -> each.window() == window)
                    .mapToLong(Budget.Held::units)
                    .sum();
        }

        void turn(Instant now) {
            if (Use.windowOf(now) > window) {
                window = Use.windowOf(now);
                spent = 0;
            }
        }
    }

    @Test
    void nothing_is_overspent_and_nothing_is_withheld() {
        for (int history = 0; history < HISTORIES; history++) {
            live(history);
        }
        System.out.printf("budget histories: seed %d, %d of %d steps%n", seed, HISTORIES, STEPS);
    }

    private void live(int history) {
        EmbeddedEventStore store = EmbeddedEventStore.builder()
                .storageEngine(new InMemoryEventStorageEngine())
                .build();
        EventSourcingRepository<Budget> repository =
                EventSourcingRepository.builder(Budget.class).eventStore(store).build();
        var budgets = new Budgets(repository);
        var model = new Model();
        Instant now = START;
        long limit = random.nextInt(30);
        int next = 0;
        for (int step = 0; step < STEPS; step++) {
            now = now.plus(Duration.ofMinutes(random.nextInt(20) == 0 ? random.nextInt(1_500) - 300 : 1));
            limit = random.nextInt(15) == 0 ? random.nextInt(30) : limit;
            Limits limits = Envelopes.limits(1, limit);
            Instant at = now;
            String as = "seed %d, history %d, step %d".formatted(seed, history, step);
            if (random.nextBoolean() && model.held.size() < OPEN_AT_ONCE) {
                long units = 1 + random.nextInt(DEAREST);
                String action = "a" + next++;
                boolean undone = random.nextInt(8) == 0;
                Reservation answer = in(budgets, at, undone, budget -> budget.reserve(action, units, limits, at));
                if (!undone || !(answer instanceof Granted)) {
                    check(as, model, answer, action, units, limit, at);
                }
            } else if (!model.held.isEmpty()) {
                String action = List.copyOf(model.held.keySet()).get(random.nextInt(model.held.size()));
                Budget.Held held = Objects.requireNonNull(model.held.remove(action));
                boolean settled = random.nextBoolean();
                in(budgets, at, false, budget -> {
                    if (settled) {
                        budget.settle(action);
                        budget.settle(action);
                    } else {
                        budget.release(action);
                        budget.settle(action);
                    }
                    return true;
                });
                model.spent += settled && held.window() == model.window ? held.units() : 0;
            }
        }
        Use live = in(budgets, now, false, budget -> budget.use(Instant.EPOCH));
        assertThat(live.spent()).as("seed %d", seed).isEqualTo(model.spent);
        assertThat(live.reserved()).as("seed %d", seed).isEqualTo(model.reserved());
        replayed(store, budgets, now);
    }

    private void check(String as, Model model, Reservation answer, String action, long units, long limit, Instant now) {
        long window = Math.max(model.window, Use.windowOf(now));
        long used = window == model.window ? model.spent + model.reserved() : 0;
        switch (answer) {
            case Granted granted -> {
                model.turn(now);
                model.held.put(action, new Budget.Held(units, window));
                assertThat(granted.tightest().used())
                        .as(as)
                        .isEqualTo(used + units)
                        .isLessThanOrEqualTo(limit);
            }
            case BudgetExceeded exceeded -> {
                assertThat(units).as(as).isGreaterThan(limit - used);
                assertThat(exceeded.cause().used()).as(as).isEqualTo(used);
                assertThat(exceeded.cause().limitValue()).as(as).isEqualTo(limit);
                assertThat(exceeded.cause().resetsAt()).as(as).isEqualTo(Use.resets(window));
            }
            case Reservation.Throttled throttled -> throw new AssertionError(as + ": " + throttled);
        }
    }

    /** Every event is read again: the invariant holds at each, and the end is the state that was alive. */
    private void replayed(EmbeddedEventStore store, Budgets budgets, Instant now) {
        var again = new Budget();
        List<Object> events = new ArrayList<>();
        store.readEvents(new BudgetId(ACME).toString())
                .asStream()
                .map(DomainEventMessage::getPayload)
                .forEach(events::add);
        long window = 0;
        for (Object event : events) {
            switch ((QuotaEvent) event) {
                case QuotaEvent.BudgetOpened opened -> again.on(opened, new BudgetId(ACME).toString());
                case BudgetReserved reserved -> {
                    again.on(reserved);
                    assertThat(reserved.used()).as("seed %d", seed).isBetween(1L, reserved.limit());
                    assertThat(reserved.window()).as("seed %d", seed).isGreaterThanOrEqualTo(window);
                    window = reserved.window();
                    Use use = again.use(Instant.EPOCH);
                    assertThat(use.spent() + use.reserved()).as("seed %d", seed).isEqualTo(reserved.used());
                }
                case BudgetSettled settled -> again.on(settled);
                case BudgetReleased released -> again.on(released);
                default -> throw new AssertionError("Unexpected " + event);
            }
            Use use = again.use(Instant.EPOCH);
            assertThat(use.spent()).as("seed %d", seed).isNotNegative();
            assertThat(use.reserved()).as("seed %d", seed).isNotNegative();
            again = roundTrip(again);
        }
        assertThat(again)
                .as("seed %d", seed)
                .usingRecursiveComparison()
                .ignoringCollectionOrder()
                .isEqualTo(in(budgets, now, false, Function.identity()));
    }

    private static Budget roundTrip(Budget budget) {
        return JSON.readValue(JSON.writeValueAsString(budget), Budget.class);
    }

    /** One command in a unit of work of its own, as a lane of one; undone at the end if the batch is to fail. */
    private static <T> T in(Budgets budgets, Instant now, boolean undone, Function<Budget, T> work) {
        var unit = DefaultUnitOfWork.startAndGet(GenericCommandMessage.asCommandMessage("work"));
        T answer = budgets.findOrOpen(ACME, now).invoke(work);
        if (undone) {
            unit.rollback();
        } else {
            unit.commit();
        }
        return answer;
    }
}
