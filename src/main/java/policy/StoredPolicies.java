package policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.ReadPolicy;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/** Policies, decided by the book in force in the tenant's lane. */
@Component
class StoredPolicies implements Policies {

    private static final int MOST_ABSENT = 10_000;

    private final Repository<PolicyBook> books;
    private final DecisionTimers timers;

    /**
     * Profiles that nobody published, remembered for a second: an agent under such a profile may not make the database
     * look again for each of its calls. Forgotten when one is published here; a second late elsewhere, and denied.
     */
    private final Cache<String, Boolean> absent = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_ABSENT)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    StoredPolicies(Repository<PolicyBook> books, DecisionTimers timers) {
        this.books = books;
        this.timers = timers;
    }

    @Override
    public Verdict decide(ActionEnvelope envelope) {
        long start = System.nanoTime();
        Verdict verdict = in(new ProfileId(envelope.tenant(), envelope.policyProfile()), book -> book.decide(envelope))
                .orElseGet(() -> unpublished(envelope));
        timers.record(envelope.tenant(), verdict, System.nanoTime() - start);
        return verdict;
    }

    @CommandHandler
    PublishedPolicy handle(PublishPolicy publish) throws Exception {
        String id = publish.profile().toString();
        absent.invalidate(id);
        Optional<Aggregate<PolicyBook>> found = find(id);
        if (found.isPresent()) {
            return found.get().invoke(book -> {
                book.publish(publish.document(), publish.expectedVersion(), publish.comment());
                return book.inForce();
            });
        }
        if (publish.expectedVersion() != null) {
            throw new VersionMismatch(publish.profile().profile(), publish.expectedVersion(), 0);
        }
        Lint.check(publish.document());
        absent.invalidate(id);
        return books.newInstance(() -> new PolicyBook(publish.profile(), publish.document(), publish.comment()))
                .invoke(PolicyBook::inForce);
    }

    @CommandHandler
    Optional<PublishedPolicy> handle(ReadPolicy read) {
        return in(read.profile(), PolicyBook::inForce);
    }

    private <T> Optional<T> in(ProfileId profile, Function<PolicyBook, T> question) {
        return find(profile.toString()).map(book -> book.invoke(question));
    }

    private Optional<Aggregate<PolicyBook>> find(String id) {
        if (absent.getIfPresent(id) != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(books.load(id));
        } catch (AggregateNotFoundException nobodyPublished) {
            absent.put(id, true);
            return Optional.empty();
        }
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
