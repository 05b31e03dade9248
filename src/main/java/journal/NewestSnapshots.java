package journal;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores snapshots beside the lanes, few at once and of an aggregate one after another, so that no older state follows a
 * newer one. Of those that wait, each aggregate's newest is stored; however slow the store, no more are kept.
 */
class NewestSnapshots {

    private static final Logger log = LoggerFactory.getLogger(NewestSnapshots.class);
    private static final int MOST_STORED_AT_ONCE = 2;

    private final Consumer<DomainEventMessage<?>> store;
    /** By aggregate, from when a snapshot is given until it, or a newer one, is stored. */
    private final ConcurrentMap<String, DomainEventMessage<?>> waiting = new ConcurrentHashMap<>();

    private final Semaphore permits = new Semaphore(MOST_STORED_AT_ONCE);

    /** @param store stores one; what it throws is logged */
    NewestSnapshots(Consumer<DomainEventMessage<?>> store) {
        this.store = store;
    }

    /** To be stored soon, unless a newer one of its aggregate comes before. */
    void add(DomainEventMessage<?> snapshot) {
        String aggregate = snapshot.getAggregateIdentifier();
        if (waiting.put(aggregate, snapshot) == null) {
            Thread.ofVirtual().name("snapshot").start(() -> storeAll(aggregate));
        }
    }

    private void storeAll(String aggregate) {
        DomainEventMessage<?> stored;
        do {
            permits.acquireUninterruptibly();
            stored = waiting.get(aggregate);
            try {
                store.accept(stored);
            } catch (RuntimeException | Error failed) {
                // It is only a shortcut; the next one is due after as many events.
                log.warn("The state of {} cannot be stored", aggregate, failed);
            } finally {
                permits.release();
            }
        } while (!waiting.remove(aggregate, stored));
    }
}
