package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.Test;
import quota.Envelopes.Asked;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.Drawn;
import quota.QuotaEvent.Overdrawn;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.ActionEnvelope;
import tenancy.AgentId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.WorkspaceId;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Seeded random histories: whatever order reservations, settlements, sweeps, limits, days and crashes come in, nothing is
 * overspent and nothing withheld, for every limit and scope, as a ledger says that keeps every entry for ever.
 */
class BudgetHistoryTest {

    private static final int HISTORIES = Integer.getInteger("histories", 2_000);
    private static final int STEPS = 60;
    private static final int OPEN_AT_ONCE = 24;
    private static final Instant START = Instant.parse("2026-11-30T22:00:00Z");
    private static final Duration LIFETIME = Duration.ofMinutes(30);
    private static final String TENANT = "tenant";

    /** Limits, and the most that a history gives each of them. */
    private static final Map<String, Long> COUNTED = new TreeMap<>(Map.of(
            "tokens_per_minute", 60L,
            "tokens_per_day", 200L,
            "high_risk_per_day", 8L,
            "tool_calls_per_hour:zendesk", 12L,
            "tool_calls_per_day:bank/pay", 10L,
            "cost_micros_per_month", 300L,
            "storage_bytes_per_month", 100L,
            "run_actions", 12L,
            "run_cost_micros", 60L));

    private static final Map<String, String> SCOPED =
            Map.of("workspace:ws_1", "tool_calls_per_day", "agent:agent_1", "tokens_per_day");

    /** Fields and not getters, as the journal reads and writes snapshots. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultVisibility(all -> all.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                    .withVisibility(PropertyAccessor.GETTER, Visibility.NONE)
                    .withVisibility(PropertyAccessor.SETTER, Visibility.NONE))
            .build();

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private long granted;
    private long refused;
    private long expired;
    private long overdrawn;
    private long givenBack;

    /** One limit of one scope, as it is in force in one step. */
    private record Line(String scope, String limit, long value) {

        long units(ActionEnvelope envelope) {
            boolean mine = switch (scope) {
                case TENANT -> true;
                case "workspace:ws_1" -> envelope.workspace().key().equals("ws_1");
                default -> envelope.agent().key().equals("agent_1");
            };
            boolean counts = limit.endsWith(":zendesk")
                    ? envelope.target().system().equals("zendesk")
                    : !limit.endsWith(":bank/pay")
                            || envelope.target().system().equals("bank")
                                    && envelope.operation().equals("pay");
            return mine && counts ? units(Amounts.of(envelope)) : 0;
        }

        long units(Amounts amounts) {
            return Counted.of(limit).map(counted -> amounts.of(counted.unit())).orElse(0L);
        }

        boolean slides() {
            return limit.contains("_per_minute") || limit.contains("_per_hour");
        }

        long window(Instant at) {
            if (limit.contains("_per_minute")) {
                return at.getEpochSecond();
            }
            if (limit.contains("_per_hour")) {
                return Math.floorDiv(at.getEpochSecond(), 60);
            }
            var day = at.atZone(java.time.ZoneOffset.UTC).toLocalDate();
            return limit.contains("_per_day") ? day.toEpochDay() : day.getYear() * 12L + day.getMonthValue() - 1;
        }
    }

    /** One reservation, kept for ever; released ones have used nothing. */
    private static final class Entry {
        final ActionEnvelope envelope;
        final Instant at;
        final Map<String, Long> windows = new TreeMap<>();
        Amounts used;
        boolean open = true;
        boolean inDoubt;

        Entry(ActionEnvelope envelope, Instant at) {
            this.envelope = envelope;
            this.at = at;
            this.used = Amounts.of(envelope);
        }
    }

    /** The ledger as a child would keep it: every entry, summed up anew for each question. */
    private static final class Model {
        final Map<String, Entry> entries = new LinkedHashMap<>();
        final Map<String, Long> windows = new TreeMap<>();
        final Map<String, Map<String, Long>> halted = new TreeMap<>();

        long window(Line line, Instant now) {
            return Math.max(windows.getOrDefault(line.scope() + line.limit(), Long.MIN_VALUE), line.window(now));
        }

        long used(Line line, Instant now, boolean open) {
            long window = window(line, now);
            return entries.values().stream()
                    .filter(entry -> entry.open == open)
                    .filter(entry -> entry.windows.containsKey(line.scope() + line.limit()))
                    .filter(entry -> {
                        long charged = entry.windows.getOrDefault(line.scope() + line.limit(), 0L);
                        return line.slides() ? charged > window - 61 : charged == window;
                    })
                    .mapToLong(entry -> line.units(entry.used))
                    .sum();
        }

        long used(Line line, Instant now) {
            return used(line, now, true) + used(line, now, false);
        }

        long usedByRun(String run, boolean cost) {
            return entries.values().stream()
                    .filter(entry -> entry.envelope.run().key().equals(run))
                    .mapToLong(entry -> cost ? entry.used.costMicros() : entry.used.toolCalls())
                    .sum();
        }

        List<String> open() {
            return entries.entrySet().stream()
                    .filter(entry -> entry.getValue().open)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    @Test
    void nothing_is_overspent_and_nothing_is_withheld() {
        for (int history = 0; history < HISTORIES; history++) {
            live("seed %d, history %d".formatted(seed, history));
        }
        System.out.printf(
                "budget histories: seed %d, %d of %d steps: %d granted, %d refused, %d expired, %d overdrawn, %d given back%n",
                seed, HISTORIES, STEPS, granted, refused, expired, overdrawn, givenBack);
        assertThat(List.of(granted, refused, expired, overdrawn, givenBack)).doesNotContain(0L);
    }

    private void live(String history) {
        EmbeddedEventStore store = EmbeddedEventStore.builder()
                .storageEngine(new InMemoryEventStorageEngine())
                .build();
        var budgets = new Budgets(
                EventSourcingRepository.builder(Budget.class).eventStore(store).build());
        var model = new Model();
        Instant now = START;
        Limits limits = limits();
        Map<String, Long> scoped = new TreeMap<>();
        openRuns(budgets, limits);
        for (int step = 0; step < STEPS; step++) {
            String as = history + ", step " + step;
            now = now.plusSeconds(
                    switch (random.nextInt(12)) {
                        case 0 -> random.nextInt(90_000);
                        case 1 -> -random.nextInt(20_000);
                        default -> random.nextInt(40);
                    });
            Instant at = now;
            limits = random.nextInt(12) == 0 ? limits() : limits;
            if (random.nextInt(10) == 0) {
                override(budgets, limits, scoped, at);
            }
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> reserve(as, budgets, model, limits, scoped, "a" + step, at);
                case 4, 5 -> settle(as, store, budgets, model, lines(limits, scoped), at);
                case 6 -> release(budgets, model, at);
                case 7 -> settleInDoubt(budgets, model, at);
                case 8 -> giveBack(budgets, model, at);
                default -> sweep(as, budgets, model, at);
            }
            figures(as, budgets, model, limits, lines(limits, scoped), at);
        }
        replayed(history, store, budgets, now);
        emptied(history, budgets, model, limits, now);
    }

    private Limits limits() {
        Map<String, Long> counted = new TreeMap<>();
        COUNTED.forEach((name, most) -> counted.put(name, random.nextLong(most + 1)));
        return Envelopes.limits(9, random.nextInt(25), counted);
    }

    private List<Line> lines(Limits limits, Map<String, Long> scoped) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(TENANT, "tool_calls_per_day", limits.toolCallsPerDay()));
        limits.counted().forEach((name, value) -> lines.add(new Line(TENANT, name, value)));
        lines.removeIf(line -> line.limit().startsWith("run_"));
        scoped.forEach((scope, value) -> lines.add(new Line(scope, SCOPED.getOrDefault(scope, ""), value)));
        return lines;
    }

    private void openRuns(Budgets budgets, Limits limits) {
        for (String run : List.of("wr_0", "wr_1", "wr_2")) {
            var opening = new Opening(
                    new RunId(ACME, run),
                    new WorkspaceId(ACME, "ws_0"),
                    new AgentId(ACME, "agent_0"),
                    GOLD,
                    null,
                    START);
            Optional<Cause> reached = in(budgets, START, false, budget -> budget.openRun(opening, limits));
            assertThat(reached).isEmpty();
        }
    }

    private void override(Budgets budgets, Limits limits, Map<String, Long> scoped, Instant at) {
        String scope = List.copyOf(SCOPED.keySet()).get(random.nextInt(SCOPED.size()));
        var limit = LimitName.of(SCOPED.getOrDefault(scope, ""));
        if (scoped.containsKey(scope) && random.nextBoolean()) {
            in(budgets, at, false, budget -> budget.clear(new Scope(scope), limit, Layer.OPERATOR));
            scoped.remove(scope);
        } else {
            long value = random.nextInt(80);
            in(budgets, at, false, budget -> budget.override(new Scope(scope), limit, value, Layer.OPERATOR, limits));
            scoped.put(scope, value);
        }
    }

    private ActionEnvelope envelope(String action) {
        Asked asked = new Asked(action, GOLD)
                .by("ws_" + random.nextInt(2), "agent_" + random.nextInt(2))
                .in("wr_" + random.nextInt(3))
                .on(random.nextBoolean() ? "zendesk" : "bank", random.nextBoolean() ? "pay" : "read")
                .using(random.nextInt(30), random.nextInt(15), random.nextInt(6));
        return (random.nextInt(3) == 0 ? asked.highRisk() : asked).envelope();
    }

    private void reserve(
            String as,
            Budgets budgets,
            Model model,
            Limits limits,
            Map<String, Long> scoped,
            String action,
            Instant at) {
        if (model.open().size() >= OPEN_AT_ONCE) {
            return;
        }
        ActionEnvelope envelope = envelope(action);
        boolean undone = random.nextInt(6) == 0;
        Map<String, Long> violated = violated(model, limits, lines(limits, scoped), envelope, at);
        Reservation preview = in(budgets, at, false, budget -> budget.preview(envelope, limits, at));
        Reservation answer = in(budgets, at, undone, budget -> budget.reserve(envelope, limits, at));
        assertThat(preview).as(as).isEqualTo(answer);
        switch (answer) {
            case Granted _ -> {
                assertThat(violated).as(as).isEmpty();
                granted++;
                if (!undone) {
                    note(model, lines(limits, scoped), action, envelope, at);
                }
            }
            case BudgetExceeded no -> no(as, model, violated, no.cause(), undone, envelope);
            case Throttled no -> no(as, model, violated, no.cause(), undone, envelope);
        }
    }

    /** What does not fit, by scope and limit, with what is used of it. */
    private static Map<String, Long> violated(
            Model model, Limits limits, List<Line> lines, ActionEnvelope envelope, Instant at) {
        Map<String, Long> found = new TreeMap<>();
        for (Line line : lines) {
            long units = line.units(envelope);
            long used = model.used(line, at);
            if (units > 0 && units > line.value() - used) {
                found.put(line.scope() + " " + line.limit(), used);
            }
        }
        String run = envelope.run().key();
        Amounts amounts = Amounts.of(envelope);
        for (String cap : List.of("run_actions", "run_cost_micros")) {
            long used = model.usedByRun(run, cap.equals("run_cost_micros"));
            long units = cap.equals("run_actions") ? amounts.toolCalls() : amounts.costMicros();
            long limit = limits.counted().getOrDefault(cap, 0L);
            Long haltedAt = model.halted.getOrDefault(run, Map.of()).get(cap);
            if (haltedAt != null && limit <= haltedAt || units > 0 && units > limit - used) {
                found.put("run:" + run + " " + cap, used);
            }
        }
        return found;
    }

    private void no(
            String as, Model model, Map<String, Long> violated, Cause cause, boolean undone, ActionEnvelope envelope) {
        refused++;
        String key = cause.scope() + " " + cause.limit();
        assertThat(violated).as(as).containsKey(key);
        assertThat(cause.used()).as(as).isEqualTo(violated.get(key));
        String cap = String.valueOf(cause.limit());
        if (undone || !cap.startsWith("run_")) {
            return;
        }
        // A cap that is reached halts the run; one that holds already is no news, and no other limit halts it.
        String run = envelope.run().key();
        long limit = orZero(cause.limitValue());
        Long before = model.halted.getOrDefault(run, Map.of()).get(cap);
        if (before == null || limit > before) {
            model.halted.put(run, Map.of(cap, limit));
        }
    }

    private static long orZero(@org.jspecify.annotations.Nullable Long value) {
        return value == null ? 0 : value;
    }

    private static void note(Model model, List<Line> lines, String action, ActionEnvelope envelope, Instant at) {
        Entry entry = new Entry(envelope, at);
        for (Line line : lines) {
            if (line.units(envelope) > 0) {
                long window = model.window(line, at);
                model.windows.put(line.scope() + line.limit(), window);
                entry.windows.put(line.scope() + line.limit(), window);
            }
        }
        model.entries.put(action, entry);
        model.halted.remove(envelope.run().key());
    }

    private void settle(
            String as, EmbeddedEventStore store, Budgets budgets, Model model, List<Line> lines, Instant at) {
        if (model.open().isEmpty()) {
            return;
        }
        String action = model.open().get(random.nextInt(model.open().size()));
        Entry entry = model.entries.getOrDefault(action, new Entry(envelope("none"), at));
        Amounts expected = entry.used;
        Estimate actual = random.nextBoolean()
                ? null
                : new Estimate(
                        100,
                        random.nextLong(2 * expected.tokens() + 2),
                        random.nextLong(2 * expected.costMicros() + 2),
                        random.nextLong(2 * expected.storageBytes() + 2));
        boolean undone = random.nextInt(8) == 0;
        in(budgets, at, undone, budget -> {
            budget.settle(action, actual, at);
            budget.settle(action, actual, at);
            budget.release(action);
            return true;
        });
        if (undone) {
            return;
        }
        entry.used = expected.turnedOut(actual);
        entry.open = false;
        BudgetSettled settled = store.readEvents(new BudgetId(ACME).toString())
                .asStream()
                .map(DomainEventMessage::getPayload)
                .filter(BudgetSettled.class::isInstance)
                .map(BudgetSettled.class::cast)
                .filter(each -> each.action().equals(action))
                .reduce((one, other) -> {
                    throw new AssertionError(as + ": settled twice");
                })
                .orElseThrow();
        for (Overdrawn beyond : settled.overdrawn()) {
            overdrawn++;
            long error = Counted.of(beyond.limit())
                    .map(counted -> entry.used.of(counted.unit()) - expected.of(counted.unit()))
                    .orElse(entry.used.costMicros() - expected.costMicros());
            assertThat(beyond.units()).as(as).isBetween(1L, error);
        }
    }

    /** Nobody knows whether it was done: it is charged for as it was expected. */
    private void settleInDoubt(Budgets budgets, Model model, Instant at) {
        if (model.open().isEmpty()) {
            return;
        }
        String action = model.open().get(random.nextInt(model.open().size()));
        boolean undone = random.nextInt(8) == 0;
        in(budgets, at, undone, budget -> {
            budget.doubt(action);
            budget.settle(action, null, at);
            return true;
        });
        if (!undone) {
            Entry entry = model.entries.getOrDefault(action, new Entry(envelope("none"), at));
            entry.open = false;
            entry.inDoubt = true;
        }
    }

    /** It was not done after all: only that it was called stays spent, however often this is said, and of no other. */
    private void giveBack(Budgets budgets, Model model, Instant at) {
        List<String> ended = model.entries.entrySet().stream()
                .filter(entry -> !entry.getValue().open)
                .map(Map.Entry::getKey)
                .toList();
        if (ended.isEmpty()) {
            return;
        }
        String action = ended.get(random.nextInt(ended.size()));
        boolean undone = random.nextInt(8) == 0;
        in(budgets, at, undone, budget -> {
            budget.giveBack(action);
            budget.giveBack(action);
            return true;
        });
        Entry entry = model.entries.getOrDefault(action, new Entry(envelope("none"), at));
        if (!undone && entry.inDoubt) {
            givenBack++;
            entry.inDoubt = false;
            entry.used = new Amounts(entry.used.toolCalls(), entry.used.highRisk(), 0, 0, 0);
        }
    }

    private void release(Budgets budgets, Model model, Instant at) {
        if (!model.open().isEmpty()) {
            String action = model.open().get(random.nextInt(model.open().size()));
            in(budgets, at, false, budget -> {
                budget.release(action);
                budget.release(action);
                budget.settle(action, null, at);
                return true;
            });
            model.entries.remove(action);
        }
    }

    private void sweep(String as, Budgets budgets, Model model, Instant at) {
        int kept = random.nextInt(3);
        int page = 1 + random.nextInt(5);
        Swept swept = new Swept(0, 0, true, at);
        while (swept.more()) {
            int after = swept.after();
            swept = in(
                    budgets,
                    at,
                    false,
                    budget -> budget.sweep(LIFETIME, after, page, action -> action.hashCode() % 3 == kept, at));
            expired += swept.expired();
        }
        Instant latest = at.minus(LIFETIME);
        // The clock may have been set back between two reservations: what lies behind a young one waits for it.
        boolean young = false;
        int looked = 0;
        for (String action : model.open()) {
            Entry entry = model.entries.getOrDefault(action, new Entry(envelope("none"), at));
            young |= entry.at.isAfter(latest);
            boolean old = !entry.at.isAfter(latest);
            boolean held = in(budgets, at, false, budget -> budget.ledger().held(action) != null);
            if (!held) {
                assertThat(old && action.hashCode() % 3 != kept).as(as).isTrue();
                model.entries.remove(action);
            } else {
                assertThat(old && action.hashCode() % 3 != kept && !young)
                        .as(as)
                        .isFalse();
            }
            looked++;
        }
        assertThat(looked).isLessThanOrEqualTo(OPEN_AT_ONCE);
    }

    /** limit = free + reserved + spent, of every limit and scope, as the child says. */
    private static void figures(String as, Budgets budgets, Model model, Limits limits, List<Line> lines, Instant at) {
        Use use = in(budgets, at, false, budget -> budget.use(limits, at));
        for (Line line : lines) {
            Use.Line shown = use.lines().stream()
                    .filter(each ->
                            each.limit().equals(line.limit()) && each.scope().equals(line.scope()))
                    .findFirst()
                    .orElseThrow();
            assertThat(List.of(shown.spent(), shown.reserved(), orZero(shown.limitValue())))
                    .as("%s: %s", as, line)
                    .containsExactly(model.used(line, at, false), model.used(line, at, true), line.value());
        }
    }

    /** Every event is read again: the invariant holds at each, and the end is the state that was alive. */
    private void replayed(String as, EmbeddedEventStore store, Budgets budgets, Instant now) {
        var again = new Budget();
        List<Object> events = store.readEvents(new BudgetId(ACME).toString())
                .asStream()
                .<Object>map(DomainEventMessage::getPayload)
                .toList();
        for (Object event : events) {
            switch ((QuotaEvent) event) {
                case QuotaEvent.BudgetOpened opened -> again.on(opened, new BudgetId(ACME).toString());
                case BudgetReserved reserved -> {
                    for (Drawn drawn : reserved.draws()) {
                        assertThat(drawn.used()).as(as).isBetween(drawn.units(), drawn.of());
                    }
                    again.on(reserved);
                }
                case BudgetSettled settled -> again.on(settled);
                case QuotaEvent.BudgetReleased released -> again.on(released);
                case QuotaEvent.BudgetDoubted doubted -> again.on(doubted);
                case QuotaEvent.BudgetCorrected corrected -> again.on(corrected);
                case QuotaEvent.BudgetThresholdReached reached -> again.on(reached);
                case QuotaEvent.RunCounted counted -> again.on(counted);
                case QuotaEvent.RunHalted halted -> again.on(halted);
                case QuotaEvent.OverrideSet set -> again.on(set);
                case QuotaEvent.OverrideCleared cleared -> again.on(cleared);
                default -> throw new AssertionError("Unexpected " + event);
            }
            again = random.nextInt(16) == 0 ? roundTrip(again) : again;
        }
        Budget live = in(budgets, now, false, Function.identity());
        assertThat(JSON.writeValueAsString(roundTrip(again))).as(as).isEqualTo(JSON.writeValueAsString(live));
    }

    private static Budget roundTrip(Budget budget) {
        return JSON.readValue(JSON.writeValueAsString(budget), Budget.class);
    }

    /** When every action has ended, nothing is reserved of anything: no reservation leaks. */
    private void emptied(String as, Budgets budgets, Model model, Limits limits, Instant now) {
        for (String action : model.open()) {
            in(budgets, now, false, budget -> {
                if (random.nextBoolean()) {
                    budget.settle(action, null, now);
                } else {
                    budget.release(action);
                }
                return true;
            });
        }
        Instant later = now.plus(Duration.ofDays(40));
        Use use = in(budgets, now, false, budget -> budget.use(limits, now));
        assertThat(use.lines()).as(as).allMatch(line -> line.reserved() == 0);
        in(budgets, now, false, budget -> {
            List.of("wr_0", "wr_1", "wr_2").forEach(budget::closeRun);
            return true;
        });
        Use muchLater = in(budgets, later, false, budget -> budget.use(limits, later));
        assertThat(muchLater.lines()).as(as).allMatch(line -> line.used() == 0);
        int runs = in(budgets, now, false, budget -> budget.ledger().runs().size());
        assertThat(runs).as(as).isZero();
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
