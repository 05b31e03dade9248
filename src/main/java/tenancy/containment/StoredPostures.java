package tenancy.containment;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.stereotype.Component;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantId;

/** {@link Postures}, over the tenant's book in its lane, and over what is known elsewhere. */
@Component
class StoredPostures implements Postures {

    private final PostureBooks books;
    private final KnownPostures known;

    StoredPostures(PostureBooks books, KnownPostures known) {
        this.books = books;
        this.known = known;
    }

    @Override
    public Optional<Restriction> on(TenantId tenant, Subject subject) {
        return books.find(tenant).flatMap(found -> found.invoke(book -> book.on(subject)));
    }

    @Override
    public long epochToStart(TenantId tenant) {
        // A start that comes too late fails in the commit: what it was decided by is old.
        CurrentUnitOfWork.get().onRollback(undone -> books.readAnew(tenant));
        return books.find(tenant).map(found -> found.invoke(PostureBook::epoch)).orElse(0L);
    }

    @Override
    public Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to) {
        return books.find(tenant)
                .map(found -> found.invoke(book -> book.stoodStill(subject, from, to)))
                .orElse(Duration.ZERO);
    }

    @Override
    public Optional<Restriction> known(TenantId tenant, Subject subject) {
        return known.on(tenant, subject);
    }

    @Override
    public Duration knownToHaveStood(TenantId tenant, Subject subject, Instant from, Instant to) {
        return known.stoodStill(tenant, subject, from, to);
    }

    @Override
    public long knownEpoch(TenantId tenant) {
        return known.of(tenant).epoch();
    }
}
