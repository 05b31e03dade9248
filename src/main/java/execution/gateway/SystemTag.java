package execution.gateway;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A system as the label of a metric: bounded, for tenants choose the names. */
final class SystemTag {

    private static final int MOST_NAMED = 100;
    private static final String OTHER = "other";

    private final Set<String> named = ConcurrentHashMap.newKeySet();

    /** The name of the first hundred systems seen since the start, {@code other} after that. */
    String of(String system) {
        if (named.contains(system)) {
            return system;
        }
        return named.size() < MOST_NAMED && named.add(system) ? system : OTHER;
    }
}
