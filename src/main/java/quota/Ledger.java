package quota;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.BudgetThresholdReached;
import quota.QuotaEvent.Drawn;
import quota.QuotaEvent.Overdrawn;
import quota.QuotaEvent.RunCounted;

/**
 * The accounts of one tenant: what is reserved and spent, of which limit, in which window. Only events change it. A meter
 * stays when its window is over, because a clock that is set back would find a new one empty; those of limits that
 * nobody names any more are dropped once there are many.
 */
@NullUnmarked
final class Ledger {

    /** More than limits and overrides can name at a time. */
    private static final int MOST_METERS = 2_000;

    private static final int MOST_DOUBTED = 1_000;

    private ZoneId zone = ZoneId.of("UTC");
    /** By scope and limit; those of the tenant as a whole by the limit alone. */
    private Map<String, Meter> meters = new LinkedHashMap<>();
    /** In the order in which they were reserved. */
    private Map<String, Held> open = new LinkedHashMap<>();

    /** Reserved last; only to share what it says. */
    private transient Held newest;

    /** Of actions that are settled and may not have been done, the newest ones. */
    private Map<String, Held> doubted = new LinkedHashMap<>();

    private Map<String, RunUse> runs = new LinkedHashMap<>();
    private int openRuns;

    static String key(String scope, String limit) {
        return scope.equals(Scope.TENANT.word()) ? limit : scope + "/" + limit;
    }

    ZoneId zone() {
        return zone;
    }

    @Nullable
    Meter meter(String key) {
        return meters.get(key);
    }

    @Nullable
    Held held(String action) {
        return open.get(action);
    }

    @Nullable
    Held doubted(String action) {
        return doubted.get(action);
    }

    Map<String, Held> open() {
        return open;
    }

    @Nullable
    RunUse run(String run) {
        return runs.get(run);
    }

    Map<String, RunUse> runs() {
        return runs;
    }

    int openRuns() {
        return openRuns;
    }

    /** A threshold was told, of a window or of a run. */
    void warn(BudgetThresholdReached event) {
        Optional<RunCap> cap = RunCap.of(event.limit());
        if (cap.isPresent()) {
            runs.get(Scope.runIn(event.scope())).warn(event.limit(), event.percent());
        } else {
            meters.get(key(event.scope(), event.limit())).warn(event.percent());
        }
    }

    boolean isOpenRun(String run) {
        RunUse use = runs.get(run);
        return use != null && use.isOpen();
    }

    void reserve(BudgetReserved event) {
        List<Held.Part> parts = new ArrayList<>(event.draws().size());
        Long costCap = null;
        boolean turned = false;
        for (Drawn drawn : event.draws()) {
            if (drawn.limit().startsWith("run_")) {
                costCap = drawn.limit().equals(RunCap.RUN_COST_MICROS.word()) ? (Long) drawn.of() : costCap;
                continue;
            }
            Held.Part part = Held.Part.of(drawn);
            Meter meter = meters.get(part.key());
            if (meter == null) {
                meter = new Meter(Counted.of(drawn.limit()).orElseThrow());
                meters.put(part.key(), meter);
            }
            turned |= meter.reserve(drawn.window(), drawn.units(), drawn.of(), zone);
            parts.add(part);
        }
        runs.computeIfAbsent(event.run(), isNew -> new RunUse()).reserve(event.amounts(), costCap);
        newest = new Held(
                        event.run(),
                        event.operation(),
                        event.amounts(),
                        event.at().getEpochSecond(),
                        parts)
                .sharing(newest);
        open.put(event.action(), newest);
        if (turned && meters.size() > MOST_METERS) {
            meters.values().removeIf(meter -> meter.isOver(event.at()));
        }
    }

    /** What the action's settlement adds beyond limits; each by no more than its own error. */
    List<Overdrawn> overdrawn(Held held, Amounts actual, Instant now) {
        List<Overdrawn> found = new ArrayList<>(0);
        for (Held.Part part : held.parts()) {
            Meter meter = meters.get(part.key());
            if (meter == null || !meter.counts(part.window())) {
                continue;
            }
            long error = actual.of(meter.unit()) - held.amounts().of(meter.unit());
            if (error > 0) {
                long used = meter.usedAt(now);
                long beyond = used + error - Math.max(meter.limit(), used);
                if (beyond > 0) {
                    found.add(new Overdrawn(part.limit(), part.scope(), beyond));
                }
            }
        }
        RunUse run = runs.get(held.run());
        long beyond = run == null ? 0 : run.costBeyondCap(held.amounts().costMicros(), actual.costMicros());
        if (beyond > 0) {
            found.add(new Overdrawn(RunCap.RUN_COST_MICROS.word(), Scope.ofRun(held.run()), beyond));
        }
        return found;
    }

    void settle(String action, Amounts actual) {
        Held held = open.remove(action);
        for (Held.Part part : held.parts()) {
            Meter meter = meters.get(part.key());
            if (meter != null) {
                meter.settle(part.window(), held.amounts().of(meter.unit()), actual.of(meter.unit()));
            }
        }
        RunUse run = runs.get(held.run());
        if (run != null) {
            run.settle(held.amounts(), actual);
            forget(held.run(), run);
        }
    }

    void doubt(String action) {
        if (doubted.size() >= MOST_DOUBTED) {
            doubted.remove(doubted.keySet().iterator().next());
        }
        doubted.put(action, open.get(action));
    }

    /** What was spent for it is free again, in the windows that still count it. */
    void giveBack(String action, Amounts amounts) {
        Held held = doubted.remove(action);
        for (Held.Part part : held.parts()) {
            Meter meter = meters.get(part.key());
            if (meter != null) {
                meter.settle(part.window(), 0, -amounts.of(meter.unit()));
            }
        }
        RunUse run = runs.get(held.run());
        if (run != null) {
            run.settle(Amounts.NONE, amounts.negated());
        }
    }

    void release(String action) {
        Held held = open.remove(action);
        for (Held.Part part : held.parts()) {
            Meter meter = meters.get(part.key());
            if (meter != null) {
                meter.release(part.window(), held.amounts().of(meter.unit()));
            }
        }
        RunUse run = runs.get(held.run());
        if (run != null) {
            run.release(held.amounts());
            forget(held.run(), run);
        }
    }

    void count(RunCounted event) {
        runs.computeIfAbsent(event.run(), isNew -> new RunUse()).count(event);
        openRuns++;
    }

    void uncount(String run) {
        RunUse use = runs.get(run);
        use.uncount();
        openRuns--;
        forget(run, use);
    }

    private void forget(String run, RunUse use) {
        if (use.isDone()) {
            runs.remove(run);
        }
    }

    void moveTo(ZoneId newZone) {
        zone = newZone;
        meters.values().forEach(meter -> meter.moveTo(newZone));
    }
}
