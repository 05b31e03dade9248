package execution;

import execution.TrialCommand.TryAction;
import execution.TrialCommand.TryActions;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Rehearsals in the tenant's lane. */
@Component
class LaneRehearsals implements Rehearsals {

    /** Rules see no run, and no run is opened: any name will do. */
    private static final String NO_RUN = "rehearsal";

    private final TenantCommands commands;
    private final Supplier<UUID> ids;

    LaneRehearsals(TenantCommands commands, Supplier<UUID> ids) {
        this.commands = commands;
        this.ids = ids;
    }

    @Override
    public Decided of(TenantContext context, @Nullable AgentId boundTo, Envelope envelope) {
        TenantId tenant = context.tenant();
        Claim claim = envelope.claim(tenant, boundTo);
        var question = new Question(
                claim.agent(),
                envelope.operation(),
                envelope.checkedTarget(),
                envelope.argumentsJson(),
                envelope.checkedDataClasses(),
                envelope.checkedModel(),
                envelope.checkedTokens());
        return commands.ask(
                context, new TryAction(named(tenant), claim.agent(), claim, boundTo, envelope.run(tenant), question));
    }

    @Override
    public List<Rehearsed> of(
            TenantContext context, @Nullable AgentId boundTo, List<Question> questions, Semantic semantic) {
        TenantId tenant = context.tenant();
        var run = new RunId(tenant, NO_RUN);
        return commands.ask(
                context,
                new TryActions(
                        questions.stream()
                                .map(question ->
                                        new TryAction(named(tenant), question.agent(), null, boundTo, run, question))
                                .toList(),
                        semantic));
    }

    private ActionId named(TenantId tenant) {
        return new ActionId(tenant, "try_" + ids.get().toString().replace("-", ""));
    }
}
