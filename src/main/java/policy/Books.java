package policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;

/** The books that are there. Used inside the tenant's lane only. */
@Component
class Books {

    private static final int MOST_ABSENT = 10_000;

    private final Repository<PolicyBook> books;
    private final KnownBooks known;

    /**
     * Profiles that nobody published, remembered for a second: an agent under such a profile may not make the database
     * look again for each of its calls. Forgotten when one is published here; a second late elsewhere, and denied.
     */
    private final Cache<String, Boolean> absent = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_ABSENT)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    Books(Repository<PolicyBook> books, KnownBooks known) {
        this.books = books;
        this.known = known;
    }

    <T> Optional<T> in(ProfileId profile, Function<PolicyBook, T> question) {
        return find(profile).map(book -> book.invoke(question));
    }

    Optional<Aggregate<PolicyBook>> find(ProfileId profile) {
        String id = profile.toString();
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

    /** What is known to be absent may have been published elsewhere a moment ago: looks again. */
    Optional<Aggregate<PolicyBook>> findNow(ProfileId profile) {
        absent.invalidate(profile.toString());
        return find(profile);
    }

    /** The next decision in this lane, of the same batch even, finds it. */
    Aggregate<PolicyBook> open(ProfileId profile, Callable<PolicyBook> first) throws Exception {
        absent.invalidate(profile.toString());
        known.know(profile.tenant(), profile.profile());
        return books.newInstance(first);
    }
}
