package journal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** How large the latest snapshots are, of those that are large. */
final class SnapshotSizes {

    private static final int MOST_REMEMBERED = 10_000;

    private final Cache<String, Integer> large = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .build();
    private final int notLarge;

    /** @param notLarge bytes up to which a size is not remembered */
    SnapshotSizes(int notLarge) {
        this.notLarge = notLarge;
    }

    void stored(String aggregate, int bytes) {
        if (bytes > notLarge) {
            large.put(aggregate, bytes);
        } else {
            large.invalidate(aggregate);
        }
    }

    /** Bytes of the latest snapshot; 0 if it is not large, or there is none. */
    int of(String aggregate) {
        Integer bytes = large.getIfPresent(aggregate);
        return bytes == null ? 0 : bytes;
    }
}
