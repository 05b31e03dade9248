package secrets;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.locks.ReentrantLock;
import tenancy.TenantId;

/** A lock for each secret and for no two: a token endpoint that is slow holds up nobody but those who ask for its tokens. */
final class Turns {

    private record Key(TenantId tenant, String secret) {}

    /** A lock is there for as long as somebody holds it or waits for it. */
    private final Cache<Key, ReentrantLock> locks =
            Caffeine.newBuilder().executor(Runnable::run).weakValues().build();

    ReentrantLock of(TenantId tenant, String secret) {
        return locks.get(new Key(tenant, secret), key -> new ReentrantLock());
    }
}
