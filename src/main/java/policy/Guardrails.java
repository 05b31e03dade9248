package policy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * The platform's own document in memory, because it applies in every tenant's lane and is kept in the fleet's. Replaced
 * whole, and only by what is not older, so it does not matter in which order a command of this process and the events
 * bring the news.
 */
@Component
class Guardrails {

    /** Where it is kept. */
    static final ProfileId BOOK = new ProfileId(TenantId.FLEET, Layer.OF_PLATFORM);

    private final AtomicReference<@Nullable InForce> known = new AtomicReference<>();

    /** Empty until it is known whether there are any: nothing may be allowed before. */
    Optional<InForce> inForce() {
        return Optional.ofNullable(known.get());
    }

    void know(InForce news) {
        known.accumulateAndGet(
                news, (old, fresh) -> old == null || fresh == null || fresh.version() >= old.version() ? fresh : old);
    }

    /** To be told of each book that a command changed; in force everywhere here as soon as that is committed. */
    void changed(ProfileId profile, Aggregate<PolicyBook> book) {
        if (profile.equals(BOOK)) {
            CurrentUnitOfWork.get().afterCommit(done -> know(book.invoke(PolicyBook::ready)));
        }
    }
}
