package quota;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;
import static quota.Limit.CONCURRENT_RUNS;
import static quota.Limit.TOOL_CALLS_PER_DAY;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import quota.QuotaEvent.BudgetOpened;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.RequestsThrottled;
import quota.QuotaEvent.RunCounted;
import quota.QuotaEvent.RunUncounted;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import tenancy.Cause;
import tenancy.NotFound;

/**
 * A tenant's own ledger. At every event that reserves, {@code spent + reserved <= limit} holds in its window.
 *
 * <p>The window only ever moves forward: a clock that runs backwards refills nothing. A unit belongs to the window in
 * which it was reserved, whenever it is settled.
 */
@Aggregate(cache = "aggregateCache", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class Budget {

    @AggregateIdentifier
    private String id;

    private long window;
    private long spent;
    private long reserved;
    private Map<String, Held> open = new LinkedHashMap<>();
    private Set<String> runs = new LinkedHashSet<>();
    private Overrides overrides = Overrides.NONE;

    /** Units that are set aside for one action, and the window they are charged to. */
    record Held(long units, long window) {}

    Budget() {}

    Budget(BudgetId budget, Instant now) {
        id = budget.toString();
        apply(new BudgetOpened(Use.windowOf(now)));
    }

    /** Sets units aside; an action that has some already keeps them and is not charged again. */
    Reservation reserve(String action, long units, Limits ofClass, Instant now) {
        long charged = Math.max(window, Use.windowOf(now));
        long used = used(charged);
        long limit = overrides.inForce(TOOL_CALLS_PER_DAY, ofClass);
        if (open.containsKey(action)) {
            return granted(units, used, limit, charged);
        }
        if (units > limit - used) {
            return new BudgetExceeded(spentUp(used, limit, charged));
        }
        apply(new BudgetReserved(action, TOOL_CALLS_PER_DAY.word(), units, charged, used + units, limit));
        return granted(units, used + units, limit, charged);
    }

    /** What would be reserved for an action that has nothing yet. */
    Reservation preview(long units, Limits ofClass, Instant now) {
        long charged = Math.max(window, Use.windowOf(now));
        long used = used(charged);
        long limit = overrides.inForce(TOOL_CALLS_PER_DAY, ofClass);
        return units > limit - used
                ? new BudgetExceeded(spentUp(used, limit, charged))
                : granted(units, used + units, limit, charged);
    }

    private static Granted granted(long units, long used, long limit, long charged) {
        return new Granted(List.of(
                new Reservation.Draw(TOOL_CALLS_PER_DAY.word(), "tenant", units, used, limit, Use.resets(charged))));
    }

    static Cause spentUp(long used, long limit, long window) {
        return Cause.limit(Cause.Owner.TENANT, "budget", TOOL_CALLS_PER_DAY.word(), used, limit, Use.resets(window));
    }

    void settle(String action) {
        Held held = open.get(action);
        if (held != null) {
            apply(new BudgetSettled(action, TOOL_CALLS_PER_DAY.word(), held.units(), held.window()));
        }
    }

    void release(String action) {
        Held held = open.get(action);
        if (held != null) {
            apply(new BudgetReleased(action, TOOL_CALLS_PER_DAY.word(), held.units(), held.window()));
        }
    }

    Optional<Cause> openRun(String run, Limits ofClass) {
        if (runs.contains(run)) {
            return Optional.empty();
        }
        long limit = overrides.inForce(CONCURRENT_RUNS, ofClass);
        if (runs.size() >= limit) {
            return Optional.of(tooManyRuns(runs.size(), limit));
        }
        apply(new RunCounted(run, runs.size() + 1L, limit));
        return Optional.empty();
    }

    static Cause tooManyRuns(long runs, long limit) {
        return Cause.limit(Cause.Owner.TENANT, "concurrency", CONCURRENT_RUNS.word(), runs, limit, null);
    }

    void closeRun(String run) {
        if (runs.contains(run)) {
            apply(new RunUncounted(run, runs.size() - 1L));
        }
    }

    Overrides override(Layer layer, Limit limit, long value, Limits ofClass) {
        if (layer == Layer.TENANT) {
            LimitRaised.check(limit, value, overrides.granted(limit, ofClass));
        }
        if (!overrides.by(layer, limit).equals(Optional.of(value))) {
            apply(new OverrideSet(limit.word(), value, layer, overrides.version() + 1));
        }
        return overrides;
    }

    Overrides clear(Layer layer, Limit limit) {
        if (overrides.by(layer, limit).isEmpty()) {
            throw new NotFound("override", limit.word());
        }
        apply(new OverrideCleared(limit.word(), layer, overrides.version() + 1));
        return overrides;
    }

    void countThrottled(Instant windowStart, Instant windowEnd, long count, long limit) {
        apply(new RequestsThrottled(windowStart, windowEnd, count, limit));
    }

    Use use(Instant now) {
        long charged = Math.max(window, Use.windowOf(now));
        boolean current = charged == window;
        return new Use(charged, current ? spent : 0, current ? reserved : 0, runs.size(), overrides);
    }

    private long used(long charged) {
        return charged == window ? spent + reserved : 0;
    }

    @EventSourcingHandler
    void on(BudgetOpened opened, @SourceId String budget) {
        id = budget;
        window = opened.window();
    }

    @EventSourcingHandler
    void on(BudgetReserved event) {
        if (event.window() != window) {
            window = event.window();
            spent = 0;
            reserved = 0;
        }
        reserved += event.units();
        open.put(event.action(), new Held(event.units(), event.window()));
    }

    @EventSourcingHandler
    void on(BudgetSettled event) {
        open.remove(event.action());
        if (event.window() == window) {
            reserved -= event.units();
            spent += event.units();
        }
    }

    @EventSourcingHandler
    void on(BudgetReleased event) {
        open.remove(event.action());
        if (event.window() == window) {
            reserved -= event.units();
        }
    }

    @EventSourcingHandler
    void on(RunCounted event) {
        runs.add(event.run());
    }

    @EventSourcingHandler
    void on(RunUncounted event) {
        runs.remove(event.run());
    }

    @EventSourcingHandler
    void on(OverrideSet event) {
        overrides = overrides.with(event.layer(), event.limit(), event.value(), event.version());
    }

    @EventSourcingHandler
    void on(OverrideCleared event) {
        overrides = overrides.without(event.layer(), event.limit(), event.version());
    }
}
