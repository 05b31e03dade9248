package quota;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import quota.QuotaEvent.BudgetCorrected;
import quota.QuotaEvent.BudgetDoubted;
import quota.QuotaEvent.BudgetOpened;
import quota.QuotaEvent.BudgetReleased;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.BudgetThresholdReached;
import quota.QuotaEvent.Drawn;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.RequestsThrottled;
import quota.QuotaEvent.RunCapSet;
import quota.QuotaEvent.RunCounted;
import quota.QuotaEvent.RunHalted;
import quota.QuotaEvent.RunUncounted;
import quota.QuotaEvent.ThresholdsSet;
import quota.QuotaEvent.TimeZoneSet;
import tenancy.ActionEnvelope;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.Estimate;
import tenancy.NotFound;

/**
 * A tenant's own ledger. At every event that reserves, {@code spent + reserved <= limit} holds for each limit and scope
 * in its window. What is settled for more than was reserved overdraws by that error and no more, is written down as such,
 * and blocks what follows.
 */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class Budget {

    static final List<Integer> USUAL_THRESHOLDS = List.of(50, 80, 100);

    private static final int MOST_PLANS = 16;
    private static final int PERCENT = 100;

    @AggregateIdentifier
    private String id;

    private Ledger ledger = new Ledger();
    private Overrides overrides = Overrides.NONE;
    private List<Integer> thresholds = USUAL_THRESHOLDS;
    /** Made from what is above and the classes of the tenant's agents; never stored. */
    private transient Map<Limits, Plan> plans = new IdentityHashMap<>();

    Budget() {}

    Budget(BudgetId budget, Instant now) {
        id = budget.toString();
        apply(new BudgetOpened(now));
    }

    Ledger ledger() {
        return ledger;
    }

    Plan plan(Limits ofClass) {
        Plan known = plans.get(ofClass);
        if (known != null && known.isOf(overrides)) {
            return known;
        }
        if (plans.size() >= MOST_PLANS) {
            plans.clear();
        }
        Plan made = new Plan(ofClass, overrides);
        plans.put(ofClass, made);
        return made;
    }

    /** For a run that never stood still. */
    Reservation reserve(ActionEnvelope envelope, Limits ofClass, Instant now) {
        return reserve(envelope, ofClass, now, RunClock.PLAIN);
    }

    /** Sets aside what the action is expected to use; an action that has a reservation keeps it, charged once. */
    Reservation reserve(ActionEnvelope envelope, Limits ofClass, Instant now, RunClock clock) {
        String action = envelope.action().key();
        Held held = ledger.held(action);
        if (held != null) {
            return Statement.granted(ledger, held, now);
        }
        Appraisal appraisal = appraise(envelope, ofClass, now, clock);
        if (appraisal.isGranted()) {
            apply(new BudgetReserved(
                    action,
                    envelope.run().key(),
                    envelope.target().system() + "/" + envelope.operation(),
                    appraisal.amounts(),
                    appraisal.drawn(),
                    now));
            for (Drawn drawn : appraisal.drawn()) {
                warn(drawn.limit(), drawn.scope(), now);
            }
            warnOfRun(envelope, ofClass, now, clock);
        } else if (appraisal.halted() != null) {
            apply(appraisal.halted());
        }
        return appraisal.reservation();
    }

    /** What {@link #reserve} would say now. */
    Reservation preview(ActionEnvelope envelope, Limits ofClass, Instant now) {
        return preview(envelope, ofClass, now, RunClock.PLAIN);
    }

    Reservation preview(ActionEnvelope envelope, Limits ofClass, Instant now, RunClock clock) {
        Reservation answer = appraise(envelope, ofClass, now, clock).reservation();
        if (!(answer instanceof Reservation.Granted)
                || ledger.isOpenRun(envelope.run().key())) {
            return answer;
        }
        return tooManyRuns(envelope.workspace().key(), envelope.agent().key(), ofClass)
                .<Reservation>map(Reservation.Throttled::new)
                .orElse(answer);
    }

    private Appraisal appraise(ActionEnvelope envelope, Limits ofClass, Instant now, RunClock clock) {
        return Appraisal.of(ledger, plan(ofClass), envelope, now, clock);
    }

    /** @param actual what it used by the target's own account; null where it is as it was expected */
    void settle(String action, @Nullable Estimate actual, Instant now) {
        Held held = ledger.held(action);
        if (held == null) {
            return;
        }
        Amounts spent = held.amounts().turnedOut(actual);
        String day = LocalDate.ofInstant(Instant.ofEpochSecond(held.at()), ledger.zone())
                .toString();
        apply(new BudgetSettled(action, held.run(), held.operation(), spent, ledger.overdrawn(held, spent, now), day));
        if (!spent.equals(held.amounts())) {
            held.parts().forEach(part -> warn(part.limit(), part.scope(), now));
            RunUse run = ledger.run(held.run());
            if (run != null && run.costCap() != null) {
                warn(held.run(), run, RunCap.RUN_COST_MICROS, run.costCap(), now);
            }
        }
    }

    /** What is about to be settled may have to be given back. */
    void doubt(String action) {
        Held held = ledger.held(action);
        if (held != null && !held.amounts().withoutCalls().equals(Amounts.NONE)) {
            apply(new BudgetDoubted(action));
        }
    }

    void giveBack(String action) {
        Held doubted = ledger.doubted(action);
        if (doubted != null) {
            apply(new BudgetCorrected(
                    action,
                    doubted.run(),
                    doubted.operation(),
                    doubted.amounts().withoutCalls()));
        }
    }

    void release(String action) {
        Held held = ledger.held(action);
        if (held != null) {
            apply(new BudgetReleased(action, held.amounts(), BudgetReleased.Reason.RELEASED));
        }
    }

    /**
     * Gives back what nobody settled in its lifetime.
     *
     * @param after how many of the oldest reservations were looked at before and kept
     * @param most how many are looked at now
     * @param underWay whether an action still has a way to go: its reservation is kept, however old
     */
    Swept sweep(Duration lifetime, int after, int most, Predicate<String> underWay, Instant now) {
        long latest = now.minus(lifetime).getEpochSecond();
        var old = ledger.open().entrySet().stream()
                .skip(after)
                .limit(most)
                .filter(held -> held.getValue().at() <= latest)
                .map(Map.Entry::getKey)
                .toList();
        List<String> expired =
                old.stream().filter(action -> !underWay.test(action)).toList();
        Instant due = ledger.open().values().stream()
                .skip(after)
                .limit(most)
                .filter(held -> held.at() > latest)
                .findFirst()
                .map(held -> Instant.ofEpochSecond(held.at()).plus(lifetime))
                .orElseGet(() -> now.plus(lifetime));
        for (String action : expired) {
            apply(new BudgetReleased(action, ledger.held(action).amounts(), BudgetReleased.Reason.EXPIRED));
        }
        boolean more = old.size() == most;
        return new Swept(expired.size(), more ? after + most - expired.size() : 0, more, due);
    }

    /** Tells the tenant of each threshold that its use has reached, once a window. */
    private void warn(String limit, String scope, Instant now) {
        Meter meter = ledger.meter(Ledger.key(scope, limit));
        if (meter == null || meter.limit() == 0 || thresholds.isEmpty() || meter.isOver(now)) {
            return;
        }
        warn(limit, scope, meter.windowAt(now, ledger.zone()), meter.warned(), meter.usedAt(now), meter.limit());
    }

    /** The same of the caps of a run, whose only window is its life. */
    private void warnOfRun(ActionEnvelope envelope, Limits ofClass, Instant now, RunClock clock) {
        RunUse run = ledger.run(envelope.run().key());
        if (run == null || !plan(ofClass).capsRuns() && !run.hasCaps()) {
            return;
        }
        for (RunCap cap : RunCap.USED_UP) {
            long limit = plan(ofClass)
                    .cap(cap, run, envelope.workspace().key(), envelope.agent().key());
            warn(envelope.run().key(), run, cap, limit, run.clock(clock, now));
        }
    }

    private void warn(String key, RunUse run, RunCap cap, long limit, Instant now) {
        if (limit != Limits.UNLIMITED && limit != 0) {
            warn(cap.word(), Scope.ofRun(key), 0, run.warned(cap), run.used(cap, now), limit);
        }
    }

    private void warn(String limit, String scope, long window, int warned, long used, long most) {
        long percent = used * PERCENT / most;
        for (int threshold : thresholds) {
            if (threshold <= percent && threshold > warned) {
                apply(new BudgetThresholdReached(limit, scope, window, threshold, used, most));
            }
        }
    }

    /** Counts a run; the cause if a limit does not allow one more, or one that deep. */
    Optional<Cause> openRun(Opening opening, Limits ofClass) {
        String run = opening.run().key();
        if (ledger.isOpenRun(run)) {
            return Optional.empty();
        }
        String workspace = opening.workspace().key();
        String agent = opening.agent().key();
        Optional<Cause> tooMany = tooManyRuns(workspace, agent, ofClass);
        if (tooMany.isPresent()) {
            return tooMany;
        }
        String parent = opening.parent() == null ? null : opening.parent().key();
        RunUse above = parent == null ? null : ledger.run(parent);
        int depth = parent == null ? 0 : 1 + (above == null ? 0 : above.depth());
        long deepest = plan(ofClass).cap(RunCap.RUN_DEPTH, above, workspace, agent);
        if (depth > deepest) {
            return Optional.of(
                    Appraisal.cause("budget", RunCap.RUN_DEPTH.word(), Scope.ofRun(parent), depth - 1L, deepest, null));
        }
        apply(new RunCounted(
                run,
                ledger.openRuns() + 1L,
                plan(ofClass).concurrentRuns(Scope.TENANT.word()),
                workspace,
                agent,
                parent,
                depth,
                opening.now()));
        return Optional.empty();
    }

    private Optional<Cause> tooManyRuns(String workspace, String agent, Limits ofClass) {
        Plan plan = plan(ofClass);
        if (ledger.openRuns() >= plan.concurrentRuns(Scope.TENANT.word())) {
            return tooManyRuns(Scope.TENANT.word(), ledger.openRuns(), plan);
        }
        if (plan.hasScopes()) {
            for (String scope : List.of("workspace:" + workspace, "agent:" + agent)) {
                long most = plan.concurrentRuns(scope);
                long open = most == Limits.UNLIMITED ? 0 : Statement.openRuns(ledger, scope);
                if (open >= most) {
                    return tooManyRuns(scope, open, plan);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Cause> tooManyRuns(String scope, long open, Plan plan) {
        return Optional.of(Appraisal.cause(
                "concurrency", Limit.CONCURRENT_RUNS.word(), scope, open, plan.concurrentRuns(scope), null));
    }

    /** The cause for a tenant whose class allows no run at all. */
    static Cause noRuns(Limits ofClass) {
        return Appraisal.cause(
                "concurrency", Limit.CONCURRENT_RUNS.word(), Scope.TENANT.word(), 0, ofClass.concurrentRuns(), null);
    }

    void closeRun(String run) {
        if (ledger.isOpenRun(run)) {
            apply(new RunUncounted(run, ledger.openRuns() - 1L));
        }
    }

    /** Whether the run stopped at a cap and may not go on under the limits of now. */
    boolean isHalted(String run, Limits ofClass) {
        RunUse use = ledger.run(run);
        return use != null
                && use.haltedBy() != null
                && use.haltedBy(use.haltedBy(), plan(ofClass).cap(use.haltedBy(), use, use.workspace(), use.agent()));
    }

    /** Changes one cap of one open run: the tenant within what it was granted, the operator as it likes. */
    void capRun(String run, RunCap cap, long value, Layer layer, Limits ofClass) {
        RunUse use = ledger.run(run);
        if (use == null || !use.isOpen()) {
            throw new NotFound("run", run);
        }
        if (layer == Layer.TENANT) {
            LimitRaised.check(cap.word(), value, plan(ofClass).grantedCap(cap, use, use.workspace(), use.agent()));
        }
        Long before = use.capBy(layer, cap);
        if (before == null || before != value) {
            apply(new RunCapSet(run, cap.word(), value, layer));
        }
    }

    Overrides override(Scope scope, LimitName limit, long value, Layer layer, Limits ofClass) {
        if (layer == Layer.TENANT) {
            LimitRaised.check(limit.word(), value, plan(ofClass).granted(scope.word(), limit.word()));
        }
        Optional<Long> before = overrides.by(layer, scope.word(), limit.word());
        if (before.isEmpty() && overrides.size() >= Overrides.MOST) {
            throw new Conflict("too_many_overrides", "A tenant has at most %d overrides.".formatted(Overrides.MOST));
        }
        if (!before.equals(Optional.of(value))) {
            apply(new OverrideSet(scope.word(), limit.word(), value, layer, overrides.version() + 1));
        }
        return overrides;
    }

    Overrides clear(Scope scope, LimitName limit, Layer layer) {
        if (overrides.by(layer, scope.word(), limit.word()).isEmpty()) {
            throw new NotFound("override", limit.word());
        }
        apply(new OverrideCleared(scope.word(), limit.word(), layer, overrides.version() + 1));
        return overrides;
    }

    void settings(ZoneId zone, List<Integer> percents) {
        if (!ledger.zone().equals(zone)) {
            apply(new TimeZoneSet(zone));
        }
        if (!thresholds.equals(percents)) {
            apply(new ThresholdsSet(percents));
        }
    }

    void countThrottled(Instant windowStart, Instant windowEnd, long count, long limit) {
        apply(new RequestsThrottled(windowStart, windowEnd, count, limit));
    }

    Use use(Limits ofClass, Instant now) {
        return Statement.of(ledger, plan(ofClass), overrides, thresholds, now);
    }

    List<Use.Line> useOfRun(String run, Limits ofClass, Instant now, RunClock clock) {
        return Statement.ofRun(ledger, plan(ofClass), run, now, clock);
    }

    @EventSourcingHandler
    void on(BudgetOpened opened, @SourceId String budget) {
        id = budget;
    }

    @EventSourcingHandler
    void on(BudgetReserved event) {
        ledger.reserve(event);
    }

    @EventSourcingHandler
    void on(BudgetSettled event) {
        ledger.settle(event.action(), event.spent());
    }

    @EventSourcingHandler
    void on(BudgetReleased event) {
        ledger.release(event.action());
    }

    @EventSourcingHandler
    void on(BudgetThresholdReached event) {
        ledger.warn(event);
    }

    @EventSourcingHandler
    void on(RunCounted event) {
        ledger.count(event);
    }

    @EventSourcingHandler
    void on(RunUncounted event) {
        ledger.uncount(event.run());
    }

    @EventSourcingHandler
    void on(BudgetDoubted event) {
        ledger.doubt(event.action());
    }

    @EventSourcingHandler
    void on(BudgetCorrected event) {
        ledger.giveBack(event.action(), event.givenBack());
    }

    @EventSourcingHandler
    void on(RunHalted event) {
        ledger.run(event.run()).halt(RunCap.of(event.limit()).orElseThrow(), event.limitValue());
    }

    @EventSourcingHandler
    void on(RunCapSet event) {
        ledger.run(event.run()).cap(event.layer(), event.limit(), event.value());
    }

    @EventSourcingHandler
    void on(OverrideSet event) {
        overrides = overrides.with(event.layer(), event.scope(), event.limit(), event.value(), event.version());
    }

    @EventSourcingHandler
    void on(OverrideCleared event) {
        overrides = overrides.without(event.layer(), event.scope(), event.limit(), event.version());
    }

    @EventSourcingHandler
    void on(TimeZoneSet event) {
        ledger.moveTo(event.zone());
    }

    @EventSourcingHandler
    void on(ThresholdsSet event) {
        thresholds = event.percents();
    }
}
