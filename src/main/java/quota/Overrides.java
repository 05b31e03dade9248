package quota;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where one tenant's limits differ from its quota class. The operator's value replaces that of the class; the tenant's
 * own value only ever lowers what would be in force without it.
 *
 * @param version how often they were changed, so that an older copy never replaces a newer one
 * @param operator by the limit's name
 * @param own by the limit's name
 */
record Overrides(long version, Map<String, Long> operator, Map<String, Long> own) {

    static final Overrides NONE = new Overrides(0, Map.of(), Map.of());

    Overrides {
        operator = Map.copyOf(operator);
        own = Map.copyOf(own);
    }

    boolean isEmpty() {
        return operator.isEmpty() && own.isEmpty();
    }

    long inForce(Limit limit, Limits ofClass) {
        Long lowered = own.get(limit.word());
        long granted = granted(limit, ofClass);
        return lowered == null ? granted : Math.min(lowered, granted);
    }

    /** What the tenant may lower, but not raise. */
    long granted(Limit limit, Limits ofClass) {
        Long replaced = operator.get(limit.word());
        return replaced == null ? ofClass.of(limit) : replaced;
    }

    Optional<Long> by(Layer layer, Limit limit) {
        return Optional.ofNullable(of(layer).get(limit.word()));
    }

    Overrides with(Layer layer, String limit, long value, long newVersion) {
        Map<String, Long> changed = new HashMap<>(of(layer));
        changed.put(limit, value);
        return replaced(layer, changed, newVersion);
    }

    Overrides without(Layer layer, String limit, long newVersion) {
        Map<String, Long> changed = new HashMap<>(of(layer));
        changed.remove(limit);
        return replaced(layer, changed, newVersion);
    }

    private Map<String, Long> of(Layer layer) {
        return switch (layer) {
            case OPERATOR -> operator;
            case TENANT -> own;
        };
    }

    private Overrides replaced(Layer layer, Map<String, Long> changed, long newVersion) {
        return switch (layer) {
            case OPERATOR -> new Overrides(newVersion, changed, own);
            case TENANT -> new Overrides(newVersion, operator, changed);
        };
    }
}
