package quota;

import java.time.Instant;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.CountThrottled;
import quota.QuotaCommand.DefineQuotaClass;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import tenancy.NotFound;
import tenancy.TenantId;

/** Who gets how much: classes and overrides are changed here, and in force in memory once they are committed. */
@Component
class Allotment {

    private final Repository<QuotaClass> classes;
    private final Budgets budgets;
    private final LimitsInForce limits;

    Allotment(Repository<QuotaClass> classes, Budgets budgets, LimitsInForce limits) {
        this.classes = classes;
        this.budgets = budgets;
        this.limits = limits;
    }

    @CommandHandler
    DefinedClass handle(DefineQuotaClass define) throws Exception {
        Aggregate<QuotaClass> quotaClass;
        try {
            quotaClass = classes.load(define.quotaClass().toString());
            quotaClass.execute(existing -> existing.change(define.limits()));
        } catch (AggregateNotFoundException isNew) {
            quotaClass = classes.newInstance(() -> new QuotaClass(define.quotaClass(), define.limits()));
        }
        DefinedClass defined = quotaClass.invoke(QuotaClass::inForce);
        afterCommit(() -> limits.defined(defined));
        return defined;
    }

    @CommandHandler
    Use handle(SetOverride set) {
        TenantId tenant = set.budget().tenant();
        Limits ofClass = limits.ofClass(set.quotaClass());
        if (set.layer() == Layer.TENANT && budgets.find(tenant).isEmpty()) {
            // Asked before the ledger is opened: a refusal after an event would undo its whole batch.
            LimitRaised.check(set.limit(), set.value(), ofClass.of(set.limit()));
        }
        return changed(
                budgets.findOrOpen(tenant, set.now()),
                tenant,
                budget -> budget.override(set.layer(), set.limit(), set.value(), ofClass),
                set.now());
    }

    @CommandHandler
    Use handle(ClearOverride clear) {
        TenantId tenant = clear.budget().tenant();
        Aggregate<Budget> budget = budgets.find(tenant)
                .orElseThrow(() -> new NotFound("override", clear.limit().word()));
        return changed(budget, tenant, found -> found.clear(clear.layer(), clear.limit()), clear.now());
    }

    @CommandHandler
    void handle(CountThrottled count) {
        budgets.findOrOpen(count.budget().tenant(), count.windowEnd())
                .execute(budget ->
                        budget.countThrottled(count.windowStart(), count.windowEnd(), count.count(), count.limit()));
    }

    @CommandHandler
    Use handle(ReadUse read) {
        return budgets.find(read.budget().tenant())
                .map(found -> found.invoke(budget -> budget.use(read.now())))
                .orElseGet(() -> Use.nothing(read.now()));
    }

    private Use changed(Aggregate<Budget> budget, TenantId tenant, Function<Budget, Overrides> change, Instant now) {
        Overrides overrides = budget.invoke(change);
        afterCommit(() -> limits.overridden(tenant, overrides));
        return budget.invoke(changed -> changed.use(now));
    }

    private static void afterCommit(Runnable news) {
        CurrentUnitOfWork.get().afterCommit(committed -> news.run());
    }
}
