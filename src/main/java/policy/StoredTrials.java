package policy;

import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ReadDraft;
import policy.PolicyCommand.TryPolicy;
import tenancy.ActionEnvelope;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** Trials of drafts and of posted documents. */
@Component
class StoredTrials implements Trials {

    private final TenantCommands commands;

    StoredTrials(TenantCommands commands) {
        this.commands = commands;
    }

    @Override
    public Function<ActionEnvelope, Verdict> of(TenantContext context, String profile, PolicyDocument document) {
        Decider decider = commands.ask(context, new TryPolicy(new ProfileId(context.tenant(), profile), document));
        return decider::decide;
    }

    @Override
    public PolicyDocument draft(TenantContext context, String profile) {
        Optional<DraftView> draft =
                commands.ask(context, new ReadDraft(new DraftId(new ProfileId(context.tenant(), profile))));
        return draft.orElseThrow(() -> new NotFound("policy draft", profile)).document();
    }
}
