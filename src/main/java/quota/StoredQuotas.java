package quota;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.axonframework.modelling.command.Aggregate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import quota.Reservation.Granted;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.NotFound;
import tenancy.Postures;
import tenancy.RunId;
import tenancy.Subject;
import tenancy.TenantId;

/** Quotas, decided by the tenant's budget in the tenant's lane. */
@Component
class StoredQuotas implements Quotas {

    private final Budgets budgets;
    private final LimitsInForce limits;
    private final Lifetimes lifetimes;
    private final ReservationTimers timers;
    private final Postures postures;

    StoredQuotas(
            Budgets budgets, LimitsInForce limits, Lifetimes lifetimes, ReservationTimers timers, Postures postures) {
        this.budgets = budgets;
        this.limits = limits;
        this.lifetimes = lifetimes;
        this.timers = timers;
        this.postures = postures;
    }

    @Override
    public Reservation reserve(ActionEnvelope envelope, Instant now) {
        long start = System.nanoTime();
        Reservation reservation = reserveOne(envelope, now);
        timers.record(envelope.tenant(), reservation, System.nanoTime() - start);
        return reservation;
    }

    private Reservation reserveOne(ActionEnvelope envelope, Instant now) {
        // Looked up first: a class that nobody defined refuses before a ledger is opened.
        Limits ofClass = limits.ofClass(envelope.quotaClass());
        lifetimes.watch(envelope.tenant());
        Optional<Aggregate<Budget>> found = budgets.find(envelope.tenant());
        if (found.isEmpty()) {
            Reservation first = new Budget().preview(envelope, ofClass, now);
            if (!(first instanceof Granted)) {
                return first;
            }
        }
        return found.orElseGet(() -> budgets.open(envelope.tenant(), now))
                .invoke(budget -> budget.reserve(envelope, ofClass, now, clock(envelope)));
    }

    @Override
    public Reservation preview(ActionEnvelope envelope, Instant now) {
        Limits ofClass = limits.ofClass(envelope.quotaClass());
        return read(envelope.tenant(), budget -> budget.preview(envelope, ofClass, now, clock(envelope)));
    }

    private RunClock clock(ActionEnvelope envelope) {
        return (run, now) -> now.minus(postures.stoodStill(
                envelope.tenant(),
                Subject.ofRun(
                        envelope.workspace().key(),
                        envelope.agentClass(),
                        envelope.agent().key(),
                        envelope.run().key()),
                run.startedAt(),
                now));
    }

    /** A tenant without a ledger has used nothing. */
    private <T> T read(TenantId tenant, Function<Budget, T> question) {
        return budgets.find(tenant).map(found -> found.invoke(question)).orElseGet(() -> question.apply(new Budget()));
    }

    @Override
    public void settle(ActionId action, @Nullable Estimate actual, Instant now) {
        budgets.find(action.tenant())
                .ifPresent(found -> found.execute(budget -> budget.settle(action.key(), actual, now)));
    }

    @Override
    public void settleInDoubt(ActionId action, Instant now) {
        budgets.find(action.tenant())
                .ifPresent(found -> found.execute(budget -> {
                    budget.doubt(action.key());
                    budget.settle(action.key(), null, now);
                }));
    }

    @Override
    public void giveBack(ActionId action) {
        budgets.find(action.tenant()).ifPresent(found -> found.execute(budget -> budget.giveBack(action.key())));
    }

    @Override
    public void release(ActionId action, Instant now) {
        budgets.find(action.tenant()).ifPresent(found -> found.execute(budget -> budget.release(action.key())));
    }

    @Override
    public Optional<Cause> openRun(Opening opening) {
        Limits ofClass = limits.ofClass(opening.quotaClass());
        TenantId tenant = opening.run().tenant();
        Optional<Aggregate<Budget>> found = budgets.find(tenant);
        if (found.isEmpty() && ofClass.concurrentRuns() < 1) {
            return Optional.of(Budget.noRuns(ofClass));
        }
        return found.orElseGet(() -> budgets.open(tenant, opening.now()))
                .invoke(budget -> budget.openRun(opening, ofClass));
    }

    @Override
    public void closeRun(RunId run, Instant now) {
        budgets.find(run.tenant()).ifPresent(found -> found.execute(budget -> budget.closeRun(run.key())));
    }

    @Override
    public boolean isHalted(RunId run, String quotaClass) {
        Limits ofClass = limits.ofClass(quotaClass);
        return read(run.tenant(), budget -> budget.isHalted(run.key(), ofClass));
    }

    @Override
    public void capRun(RunId run, String limit, long value, boolean byOperator, String quotaClass) {
        RunCap cap = RunCap.of(limit).orElseThrow(() -> new NotFound("limit", limit));
        long checked = LimitName.checkedOptional("/value", value);
        Limits ofClass = limits.ofClass(quotaClass);
        budgets.find(run.tenant())
                .orElseThrow(() -> new NotFound("run", run.key()))
                .execute(budget ->
                        budget.capRun(run.key(), cap, checked, byOperator ? Layer.OPERATOR : Layer.TENANT, ofClass));
    }
}
