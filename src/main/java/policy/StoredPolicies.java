package policy;

import java.util.List;
import org.springframework.stereotype.Component;
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
        Verdict verdict = books.in(
                        new ProfileId(envelope.tenant(), envelope.policyProfile()), book -> book.decide(envelope))
                .orElseGet(() -> unpublished(envelope));
        timers.record(envelope.tenant(), verdict, System.nanoTime() - start);
        return verdict;
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
