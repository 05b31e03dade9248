package tenancy.containment;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.common.caching.Cache;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * The books that are there. A tenant that was never contained has none, and pays nothing: which have one is read at the
 * start, and heard from other nodes. Books are read in their tenant's lane only.
 */
@Component
class PostureBooks {

    private final Repository<PostureBook> books;
    private final Cache cache;
    private final EventStore events;
    private final Set<TenantId> there = ConcurrentHashMap.newKeySet();
    private final Set<TenantId> doubtful = ConcurrentHashMap.newKeySet();

    PostureBooks(Repository<PostureBook> books, EventStore events, @Qualifier("aggregateCache") Cache cache) {
        this.books = books;
        this.events = events;
        this.cache = cache;
    }

    Optional<Aggregate<PostureBook>> find(TenantId tenant) {
        String id = new PostureBookId(tenant).toString();
        if (!doubtful.isEmpty() && doubtful.remove(tenant)) {
            // Asked first: a load of what is not there is logged by Axon with a stack trace.
            if (events.lastSequenceNumberFor(id).isPresent()) {
                there.add(tenant);
            } else {
                there.remove(tenant);
            }
        }
        if (!there.contains(tenant)) {
            return Optional.empty();
        }
        try {
            return Optional.of(books.load(id));
        } catch (AggregateNotFoundException neverCommitted) {
            there.remove(tenant);
            return Optional.empty();
        }
    }

    Aggregate<PostureBook> open(TenantId tenant, Callable<PostureBook> first) throws Exception {
        Aggregate<PostureBook> opened = books.newInstance(first);
        there.add(tenant);
        CurrentUnitOfWork.get().onRollback(undone -> readAnew(tenant));
        return opened;
    }

    /** The tenant may have a book. */
    void know(TenantId tenant) {
        there.add(tenant);
    }

    /** What is held here may be older than what is committed: it is read anew. */
    void readAnew(TenantId tenant) {
        cache.remove(new PostureBookId(tenant).toString());
        doubtful.add(tenant);
    }
}
