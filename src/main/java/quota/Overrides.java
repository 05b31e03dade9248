package quota;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where one tenant's limits differ from its quota class, and what its workspaces and agents may use of them. The
 * operator's value replaces that of the class; the tenant's own value only ever lowers what would be in force without it.
 *
 * @param version how often they were changed, so that an older copy never replaces a newer one
 * @param operator by scope, then by the limit's name
 * @param own by scope, then by the limit's name
 */
record Overrides(long version, Map<String, Map<String, Long>> operator, Map<String, Map<String, Long>> own) {

    static final Overrides NONE = new Overrides(0, Map.of(), Map.of());

    /** Most that one tenant may have: each is looked at when limits are made ready, and kept in memory. */
    static final int MOST = 1_000;

    Overrides {
        operator = Map.copyOf(operator);
        own = Map.copyOf(own);
    }

    boolean isEmpty() {
        return operator.isEmpty() && own.isEmpty();
    }

    int size() {
        return size(operator) + size(own);
    }

    private static int size(Map<String, Map<String, Long>> overrides) {
        return overrides.values().stream().mapToInt(Map::size).sum();
    }

    /** Workspaces and agents that have a limit of their own, in the order of their names. */
    TreeSet<String> scopes() {
        TreeSet<String> scopes = new TreeSet<>(operator.keySet());
        scopes.addAll(own.keySet());
        scopes.remove(Scope.TENANT.word());
        return scopes;
    }

    /** Names of the limits that are set in the scope, in their order. */
    TreeSet<String> limits(String scope) {
        TreeSet<String> names =
                new TreeSet<>(operator.getOrDefault(scope, Map.of()).keySet());
        names.addAll(own.getOrDefault(scope, Map.of()).keySet());
        return names;
    }

    /** The tenant's limit in force. */
    long inForce(Limit limit, Limits ofClass) {
        return inForce(Scope.TENANT.word(), limit.word(), ofClass.of(limit));
    }

    /** @param otherwise what is in force where nobody set anything */
    long inForce(String scope, String limit, long otherwise) {
        Long lowered = own.getOrDefault(scope, Map.of()).get(limit);
        long granted = granted(scope, limit, otherwise);
        return lowered == null ? granted : Math.min(lowered, granted);
    }

    /** What the tenant may lower, but not raise. */
    long granted(String scope, String limit, long otherwise) {
        return operator.getOrDefault(scope, Map.of()).getOrDefault(limit, otherwise);
    }

    Optional<Long> by(Layer layer, String scope, String limit) {
        return Optional.ofNullable(of(layer).getOrDefault(scope, Map.of()).get(limit));
    }

    Overrides with(Layer layer, String scope, String limit, long value, long newVersion) {
        Map<String, Long> changed = new HashMap<>(of(layer).getOrDefault(scope, Map.of()));
        changed.put(limit, value);
        return replaced(layer, scope, changed, newVersion);
    }

    Overrides without(Layer layer, String scope, String limit, long newVersion) {
        Map<String, Long> changed = new HashMap<>(of(layer).getOrDefault(scope, Map.of()));
        changed.remove(limit);
        return replaced(layer, scope, changed, newVersion);
    }

    private Map<String, Map<String, Long>> of(Layer layer) {
        return switch (layer) {
            case OPERATOR -> operator;
            case TENANT -> own;
        };
    }

    private Overrides replaced(Layer layer, String scope, Map<String, Long> changed, long newVersion) {
        Map<String, Map<String, Long>> all = new HashMap<>(of(layer));
        if (changed.isEmpty()) {
            all.remove(scope);
        } else {
            all.put(scope, Map.copyOf(changed));
        }
        return switch (layer) {
            case OPERATOR -> new Overrides(newVersion, all, own);
            case TENANT -> new Overrides(newVersion, operator, all);
        };
    }
}
