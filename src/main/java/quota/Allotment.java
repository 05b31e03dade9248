package quota;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import quota.QuotaCommand.ChangeSettings;
import quota.QuotaCommand.ClearOverride;
import quota.QuotaCommand.CountThrottled;
import quota.QuotaCommand.DefineQuotaClass;
import quota.QuotaCommand.ReadRunUse;
import quota.QuotaCommand.ReadUse;
import quota.QuotaCommand.SetOverride;
import quota.QuotaCommand.SweepReservations;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.NotFound;
import tenancy.Postures;
import tenancy.Subject;
import tenancy.TenantId;
import tenancy.Workspaces;

/** Who gets how much: classes and overrides are changed here, and in force in memory once they are committed. */
@Component
class Allotment {

    private final Repository<QuotaClass> classes;
    private final Budgets budgets;
    private final LimitsInForce limits;
    private final Agents agents;
    private final Workspaces workspaces;
    private final ObjectProvider<OpenActions> actions;
    private final Postures postures;

    Allotment(
            Repository<QuotaClass> classes,
            Budgets budgets,
            LimitsInForce limits,
            Agents agents,
            Workspaces workspaces,
            ObjectProvider<OpenActions> actions,
            Postures postures) {
        this.classes = classes;
        this.budgets = budgets;
        this.limits = limits;
        this.agents = agents;
        this.workspaces = workspaces;
        this.actions = actions;
        this.postures = postures;
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
        set.scope().agent(tenant).ifPresent(agents::registration);
        set.scope().workspace(tenant).ifPresent(workspaces::expect);
        Optional<Aggregate<Budget>> found = budgets.find(tenant);
        if (set.layer() == Layer.TENANT && found.isEmpty() && set.scope().isTenant()) {
            // Asked before the ledger is opened: a refusal after an event would undo its whole batch.
            LimitRaised.check(set.limit().word(), set.value(), ofClass.of(set.limit()));
        }
        return changed(
                found.orElseGet(() -> budgets.open(tenant, set.now())),
                tenant,
                budget -> budget.override(set.scope(), set.limit(), set.value(), set.layer(), ofClass),
                ofClass,
                set.now());
    }

    @CommandHandler
    Use handle(ClearOverride clear) {
        TenantId tenant = clear.budget().tenant();
        Aggregate<Budget> budget = budgets.find(tenant)
                .orElseThrow(() -> new NotFound("override", clear.limit().word()));
        return changed(
                budget,
                tenant,
                found -> found.clear(clear.scope(), clear.limit(), clear.layer()),
                limits.ofClass(clear.quotaClass()),
                clear.now());
    }

    @CommandHandler
    void handle(ChangeSettings change) {
        budgets.findOrOpen(change.budget().tenant(), change.now())
                .execute(budget -> budget.settings(change.zone(), change.thresholds()));
    }

    @CommandHandler
    void handle(CountThrottled count) {
        budgets.findOrOpen(count.budget().tenant(), count.windowEnd())
                .execute(budget ->
                        budget.countThrottled(count.windowStart(), count.windowEnd(), count.count(), count.limit()));
    }

    /** Without anybody who knows which actions are under way, nothing expires. */
    @CommandHandler
    Swept handle(SweepReservations sweep) {
        TenantId tenant = sweep.budget().tenant();
        OpenActions open = actions.getIfAvailable(() -> action -> true);
        return budgets.find(tenant)
                .map(found -> found.invoke(budget -> budget.sweep(
                        sweep.lifetime(),
                        sweep.after(),
                        sweep.most(),
                        action -> open.isOpen(new ActionId(tenant, action)),
                        sweep.now())))
                .orElseGet(() -> new Swept(0, 0, false, sweep.now().plus(sweep.lifetime())));
    }

    @CommandHandler
    Use handle(ReadUse read) {
        Limits ofClass = limits.ofClass(read.quotaClass());
        return budgets.find(read.budget().tenant())
                .map(found -> found.invoke(budget -> budget.use(ofClass, read.now())))
                .orElseGet(() -> new Budget().use(ofClass, read.now()));
    }

    private RunClock clock(TenantId tenant, String run) {
        return (use, now) -> now.minus(postures.stoodStill(
                tenant,
                Subject.ofRun(
                        use.workspace(),
                        agents.registration(new AgentId(tenant, use.agent())).agentClass(),
                        use.agent(),
                        run),
                use.startedAt(),
                now));
    }

    @CommandHandler
    RunStatement handle(ReadRunUse read) {
        Limits ofClass = limits.ofClass(read.quotaClass());
        return new RunStatement(budgets.find(read.budget().tenant())
                .map(found -> found.invoke(budget -> budget.useOfRun(
                        read.run(), ofClass, read.now(), clock(read.budget().tenant(), read.run()))))
                .orElseThrow(() -> new NotFound("run", read.run())));
    }

    private Use changed(
            Aggregate<Budget> budget,
            TenantId tenant,
            Function<Budget, Overrides> change,
            Limits ofClass,
            Instant now) {
        Overrides overrides = budget.invoke(change);
        afterCommit(() -> limits.overridden(tenant, overrides));
        return budget.invoke(changed -> changed.use(ofClass, now));
    }

    private static void afterCommit(Runnable news) {
        CurrentUnitOfWork.get().afterCommit(committed -> news.run());
    }
}
