package policy;

import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ReadDraft;
import policy.PolicyCommand.ReadPolicy;
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
        Lint.check(document);
        Optional<PublishedPolicy> inForce =
                commands.ask(context, new ReadPolicy(new ProfileId(context.tenant(), profile)));
        return decider(profile, inForce.map(PublishedPolicy::version).orElse(0L) + 1, document);
    }

    /** The one place where documents that are not in force meet the engine. */
    static Function<ActionEnvelope, Verdict> decider(String profile, long version, PolicyDocument document) {
        return CompiledPolicy.of(profile, version, document)::decide;
    }

    @Override
    public PolicyDocument draft(TenantContext context, String profile) {
        Optional<DraftView> draft =
                commands.ask(context, new ReadDraft(new DraftId(new ProfileId(context.tenant(), profile))));
        return draft.orElseThrow(() -> new NotFound("policy draft", profile)).document();
    }
}
