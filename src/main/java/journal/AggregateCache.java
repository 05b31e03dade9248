package journal;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.axonframework.common.Registration;
import org.axonframework.common.caching.Cache;
import org.axonframework.eventsourcing.AggregateCacheEntry;
import org.jspecify.annotations.Nullable;
import tenancy.Sized;

/**
 * The aggregates used most, bounded by the memory that they take: most are small, and those of a tenant that sends much may
 * be as large as its requests. It holds the very objects that command handlers change: nobody may read one outside its
 * tenant's lane.
 */
@SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
class AggregateCache implements Cache {

    /** What an action of a few hundred bytes takes with its entry, rounded up. */
    private static final long BYTES_OF_ANY = 1_024;

    private final com.github.benmanes.caffeine.cache.Cache<Object, Object> entries;

    /** @param bytes of memory, about */
    AggregateCache(long bytes) {
        this.entries = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(bytes)
                .weigher((key, entry) -> (int) Math.min(bytes(entry), Integer.MAX_VALUE))
                .build();
    }

    private static long bytes(Object entry) {
        // An entry that was never serialized gives back the aggregate that it was made of, whatever else it is given.
        return entry instanceof AggregateCacheEntry<?> cached
                        && cached.recreateAggregate(null, null, null).getAggregateRoot() instanceof Sized contents
                ? BYTES_OF_ANY + contents.bytes()
                : BYTES_OF_ANY;
    }

    @Override
    public <K, V> @Nullable V get(K key) {
        return (V) entries.getIfPresent(key);
    }

    @Override
    public void put(Object key, Object value) {
        entries.put(key, value);
    }

    @Override
    public boolean putIfAbsent(Object key, Object value) {
        return entries.asMap().putIfAbsent(key, value) == null;
    }

    @Override
    public <T> T computeIfAbsent(Object key, Supplier<T> valueSupplier) {
        return (T) entries.get(key, absent -> valueSupplier.get());
    }

    @Override
    public boolean remove(Object key) {
        return entries.asMap().remove(key) != null;
    }

    @Override
    public void removeAll() {
        entries.invalidateAll();
    }

    @Override
    public boolean containsKey(Object key) {
        return entries.getIfPresent(key) != null;
    }

    @Override
    public <V> void computeIfPresent(Object key, UnaryOperator<V> update) {
        entries.asMap().computeIfPresent(key, (same, value) -> update.apply((V) value));
    }

    /** Nobody listens to aggregates leaving the cache. */
    @Override
    public Registration registerCacheEntryListener(EntryListener cacheEntryListener) {
        throw new UnsupportedOperationException("The aggregate cache has no listeners");
    }
}
