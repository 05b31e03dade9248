package quota;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import quota.Plan.Line;
import quota.QuotaEvent.Drawn;
import quota.QuotaEvent.RunHalted;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Draw;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.ActionEnvelope;
import tenancy.Cause;

/**
 * What every limit says of one action at one moment, and nothing is changed by asking. If several limits say no, the one
 * that holds longest is named: waiting for another would not help.
 */
final class Appraisal {

    private static final Instant NEVER = Instant.MAX;
    private static final int DRAWS = 4;

    private final Ledger ledger;
    private final Plan plan;
    private final ActionEnvelope envelope;
    private final Amounts amounts;
    private final Instant now;
    private final RunClock clock;

    private final List<Draw> draws = new ArrayList<>(DRAWS);
    private final List<Drawn> drawn = new ArrayList<>(DRAWS);
    private @Nullable Reservation refusal;
    private Instant refusedUntil = Instant.MIN;
    private @Nullable RunHalted halted;

    private Appraisal(Ledger ledger, Plan plan, ActionEnvelope envelope, Amounts amounts, Instant now, RunClock clock) {
        this.ledger = ledger;
        this.plan = plan;
        this.envelope = envelope;
        this.amounts = amounts;
        this.now = now;
        this.clock = clock;
    }

    static Appraisal of(Ledger ledger, Plan plan, ActionEnvelope envelope, Instant now, RunClock clock) {
        var appraisal = new Appraisal(ledger, plan, envelope, Amounts.of(envelope), now, clock);
        appraisal.askAll();
        return appraisal;
    }

    /** The answer. */
    Reservation reservation() {
        return refusal == null ? new Granted(draws) : refusal;
    }

    boolean isGranted() {
        return refusal == null;
    }

    List<Drawn> drawn() {
        return drawn;
    }

    Amounts amounts() {
        return amounts;
    }

    /** The cap that the run stops at with this refusal, if it does. */
    @Nullable
    RunHalted halted() {
        return halted;
    }

    private void askAll() {
        ask(plan.ofTenant());
        if (plan.hasScopes()) {
            ask(plan.of(Scope.of(envelope.workspace())));
            ask(plan.of(Scope.of(envelope.agent())));
        }
        RunUse run = ledger.run(envelope.run().key());
        if (plan.capsRuns() || run != null && run.hasCaps()) {
            askRun(run);
        }
    }

    private void ask(Line[] lines) {
        for (Line line : lines) {
            long units = amounts.of(line.counted().unit());
            if (units > 0 && line.counted().counts(envelope.target().system(), envelope.operation())) {
                ask(line, units);
            }
        }
    }

    private void ask(Line line, long units) {
        Meter known = ledger.meter(line.key());
        Meter meter = known == null ? new Meter(line.counted()) : known;
        long used = meter.usedAt(now);
        if (units > line.limit() - used) {
            refuse(line, meter, units, used);
            return;
        }
        draws.add(new Draw(
                line.name(), line.scope(), units, used + units, line.limit(), meter.comesBack(now, ledger.zone())));
        drawn.add(new Drawn(
                line.name(), line.scope(), units, meter.windowAt(now, ledger.zone()), used + units, line.limit()));
    }

    private void refuse(Line line, Meter meter, long units, long used) {
        if (meter.slides() && units > line.limit()) {
            // It refills, but never far enough.
            Cause never = cause("budget", line.name(), line.scope(), used, line.limit(), null);
            boolean unused = refuse(new BudgetExceeded(never), NEVER);
            return;
        }
        Instant until = meter.freeAt(units, line.limit(), now, ledger.zone());
        Cause cause = cause(meter.slides() ? "rate" : "budget", line.name(), line.scope(), used, line.limit(), until);
        boolean unused = refuse(meter.slides() ? new Throttled(cause) : new BudgetExceeded(cause), until);
    }

    /** Whether this is the refusal that is named so far. */
    private boolean refuse(Reservation no, Instant until) {
        if (!until.isAfter(refusedUntil)) {
            return false;
        }
        refusal = no;
        refusedUntil = until;
        return true;
    }

    private void askRun(@Nullable RunUse known) {
        RunUse run = known == null ? new RunUse() : known;
        askRun(run, RunCap.RUN_ACTIONS, amounts.toolCalls());
        askRun(run, RunCap.RUN_COST_MICROS, amounts.costMicros());
        askRun(run, RunCap.RUN_SECONDS, 1);
    }

    private void askRun(RunUse run, RunCap cap, long units) {
        long limit =
                plan.cap(cap, run, envelope.workspace().key(), envelope.agent().key());
        boolean halts = run.haltedBy(cap, limit);
        if (limit == Limits.UNLIMITED || units == 0 && !halts) {
            return;
        }
        long used = run.used(cap, cap == RunCap.RUN_SECONDS ? run.clock(clock, now) : now);
        String scope = Scope.ofRun(envelope.run().key());
        if (halts || units > limit - used) {
            // A refusal that names another limit stops nothing: raising this cap would not help.
            boolean named = refuse(new BudgetExceeded(cause("budget", cap.word(), scope, used, limit, null)), NEVER);
            if (named && run.isOpen() && !halts) {
                halted = new RunHalted(envelope.run().key(), cap.word(), used, limit);
            }
        } else if (cap != RunCap.RUN_SECONDS) {
            draws.add(new Draw(cap.word(), scope, units, used + units, limit, null));
            drawn.add(new Drawn(cap.word(), scope, units, 0, used + units, limit));
        }
    }

    static Cause cause(String kind, String limit, String scope, long used, long value, @Nullable Instant until) {
        return Cause.limit(Cause.Owner.TENANT, kind, limit, used, value, until).of(scope);
    }
}
