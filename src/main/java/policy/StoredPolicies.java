package policy;

import java.util.List;
import org.axonframework.commandhandling.CommandHandler;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.TryPolicy;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/** Policies, decided by the book in force in the tenant's lane. */
@Component
class StoredPolicies implements Policies {

    private final Books books;
    private final DecisionTimers timers;

    StoredPolicies(Books books, DecisionTimers timers) {
        this.books = books;
        this.timers = timers;
    }

    @Override
    public Verdict decide(ActionEnvelope envelope) {
        long start = System.nanoTime();
        Verdict verdict = decide(
                books.in(new ProfileId(envelope.tenant(), envelope.policyProfile()), PolicyBook::ready)
                        .orElse(InForce.NOTHING),
                envelope);
        timers.record(envelope.tenant(), verdict, System.nanoTime() - start);
        return verdict;
    }

    /** What it answers may leave the lane and decide as often as it likes. */
    @CommandHandler
    Decider handle(TryPolicy attempt) {
        ProfileId profile = attempt.profile();
        Lint.check(Layer.of(profile.tenant(), profile.profile()), attempt.document());
        long version =
                books.in(profile, PolicyBook::ready).orElse(InForce.NOTHING).version() + 1;
        var tried = new InForce(CompiledPolicy.of(profile.profile(), version, attempt.document()), null);
        return envelope -> decide(tried, envelope);
    }

    static Verdict decide(InForce documents, ActionEnvelope envelope) {
        CompiledPolicy enforced = documents.enforced();
        if (enforced == null) {
            return unpublished(envelope);
        }
        Verdict verdict = enforced.decide(envelope);
        CompiledPolicy tried = documents.tried();
        return tried == null ? verdict : verdict.with(Verdict.Shadow.of(tried.version(), tried.decide(envelope)));
    }

    private static Denied unpublished(ActionEnvelope envelope) {
        return new Denied(
                0,
                List.of(new Reason(
                        CompiledPolicy.DEFAULT_DENY,
                        Layer.PROFILE,
                        0,
                        "Profile %s is not published: everything is denied.".formatted(envelope.policyProfile()))),
                "Publish profile %s with a rule that allows %s."
                        .formatted(envelope.policyProfile(), envelope.operation()));
    }
}
