package quota;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import quota.Reservation.Draw;
import quota.Reservation.Granted;

/** Reads a ledger; the figures are those that the next decision sees. */
final class Statement {

    private Statement() {}

    static Use of(Ledger ledger, Plan plan, Overrides overrides, List<Integer> thresholds, Instant now) {
        List<Use.Line> lines = new ArrayList<>();
        for (Plan.Line line : plan.ofTenant()) {
            lines.add(line(ledger, line, now));
        }
        lines.add(runs(ledger, plan, Scope.TENANT.word()));
        plan.ofScopes().forEach(line -> lines.add(line(ledger, line, now)));
        overrides.scopes().stream()
                .filter(scope -> plan.concurrentRuns(scope) != Limits.UNLIMITED)
                .forEach(scope -> lines.add(runs(ledger, plan, scope)));
        return new Use(ledger.openRuns(), overrides, ledger.zone(), thresholds, lines);
    }

    private static Use.Line line(Ledger ledger, Plan.Line line, Instant now) {
        Meter known = ledger.meter(line.key());
        Meter meter = known == null ? new Meter(line.counted()) : known;
        long used = meter.usedAt(now);
        return new Use.Line(
                line.name(),
                line.scope(),
                meter.spentAt(now),
                meter.reservedAt(now),
                line.limit(),
                meter.slides() && used == 0 ? null : meter.resets(now, ledger.zone()));
    }

    private static Use.Line runs(Ledger ledger, Plan plan, String scope) {
        return new Use.Line(
                Limit.CONCURRENT_RUNS.word(), scope, openRuns(ledger, scope), 0, plan.concurrentRuns(scope), null);
    }

    static long openRuns(Ledger ledger, String scope) {
        if (scope.equals(Scope.TENANT.word())) {
            return ledger.openRuns();
        }
        return ledger.runs().values().stream()
                .filter(run -> run.isOpen()
                        && (scope.equals("workspace:" + run.workspace()) || scope.equals("agent:" + run.agent())))
                .count();
    }

    /** What one run uses of its caps; empty if the ledger does not know it, because it has ended or never began. */
    static List<Use.Line> ofRun(Ledger ledger, Plan plan, String run, Instant now, RunClock clock) {
        RunUse use = ledger.run(run);
        if (use == null) {
            return List.of();
        }
        return RunCap.ALL.stream()
                .map(cap -> {
                    long limit = plan.cap(cap, use, use.workspace(), use.agent());
                    return new Use.Line(
                            cap.word(),
                            Scope.ofRun(run),
                            use.used(cap, use.clock(clock, now)) - use.reserved(cap),
                            use.reserved(cap),
                            limit == Limits.UNLIMITED ? null : (Long) limit,
                            null);
                })
                .toList();
    }

    /** What an action that has a reservation was granted, as it stands now. */
    static Granted granted(Ledger ledger, Held held, Instant now) {
        List<Draw> draws = new ArrayList<>(held.parts().size());
        for (Held.Part part : held.parts()) {
            @Nullable Meter meter = ledger.meter(part.key());
            if (meter != null) {
                draws.add(new Draw(
                        part.limit(),
                        part.scope(),
                        held.amounts().of(meter.unit()),
                        meter.usedAt(now),
                        meter.limit(),
                        meter.resets(now, ledger.zone())));
            }
        }
        return new Granted(draws);
    }
}
