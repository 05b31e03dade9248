package quota;

import java.time.Instant;
import java.util.Optional;
import org.axonframework.modelling.command.Aggregate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import quota.Reservation.BudgetExceeded;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.RunId;

/** Quotas, decided by the tenant's budget in the tenant's lane. */
@Component
class StoredQuotas implements Quotas {

    private static final long ONE_CALL = 1;

    private final Budgets budgets;
    private final LimitsInForce limits;
    private final ReservationTimers timers;

    StoredQuotas(Budgets budgets, LimitsInForce limits, ReservationTimers timers) {
        this.budgets = budgets;
        this.limits = limits;
        this.timers = timers;
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
        Optional<Aggregate<Budget>> found = budgets.find(envelope.tenant());
        if (found.isEmpty() && ofClass.toolCallsPerDay() < ONE_CALL) {
            return new BudgetExceeded(Budget.spentUp(0, ofClass.toolCallsPerDay(), Use.windowOf(now)));
        }
        return found.orElseGet(() -> budgets.open(envelope.tenant(), now))
                .invoke(budget -> budget.reserve(envelope.action().key(), ONE_CALL, ofClass, now));
    }

    @Override
    public Reservation preview(ActionEnvelope envelope, Instant now) {
        Limits ofClass = limits.ofClass(envelope.quotaClass());
        return budgets.find(envelope.tenant())
                .map(found -> found.invoke(budget -> budget.preview(ONE_CALL, ofClass, now)))
                .orElseGet(() -> new Budget().preview(ONE_CALL, ofClass, now));
    }

    @Override
    public void settle(ActionId action, @Nullable Estimate actual, Instant now) {
        budgets.find(action.tenant()).ifPresent(found -> found.execute(budget -> budget.settle(action.key())));
    }

    @Override
    public void release(ActionId action, Instant now) {
        budgets.find(action.tenant()).ifPresent(found -> found.execute(budget -> budget.release(action.key())));
    }

    @Override
    public Optional<Cause> openRun(RunId run, String quotaClass, Instant now) {
        Limits ofClass = limits.ofClass(quotaClass);
        Optional<Aggregate<Budget>> found = budgets.find(run.tenant());
        if (found.isEmpty() && ofClass.concurrentRuns() < 1) {
            return Optional.of(Budget.tooManyRuns(0, ofClass.concurrentRuns()));
        }
        return found.orElseGet(() -> budgets.open(run.tenant(), now))
                .invoke(budget -> budget.openRun(run.key(), ofClass));
    }

    @Override
    public void closeRun(RunId run, Instant now) {
        budgets.find(run.tenant()).ifPresent(found -> found.execute(budget -> budget.closeRun(run.key())));
    }
}
