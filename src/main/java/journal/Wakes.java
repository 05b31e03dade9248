package journal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants to hear that a tenant's journal has grown. */
final class Wakes {

    private static final Logger log = LoggerFactory.getLogger(Wakes.class);

    private final Map<String, Set<Runnable>> byTenant = new ConcurrentHashMap<>();

    Journal.Subscription add(String tenant, Runnable wake) {
        // An object of its own: one runnable may subscribe twice.
        Runnable own = () -> wake.run();
        byTenant.compute(tenant, (same, wakes) -> {
            Set<Runnable> all = wakes == null ? ConcurrentHashMap.newKeySet() : wakes;
            all.add(own);
            return all;
        });
        return () -> byTenant.computeIfPresent(tenant, (same, wakes) -> {
            wakes.remove(own);
            return wakes.isEmpty() ? null : wakes;
        });
    }

    void wake(String tenant) {
        Set<Runnable> wakes = byTenant.get(tenant);
        if (wakes == null) {
            return;
        }
        for (Runnable wake : wakes) {
            try {
                wake.run();
            } catch (RuntimeException bug) {
                log.error("A follower of {}'s journal failed", tenant, bug);
            }
        }
    }
}
