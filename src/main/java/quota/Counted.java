package quota;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tenancy.Identifiers;
import tenancy.InvalidField;

/**
 * A limit on what is used in a window: {@code <unit>_per_<span>}, of one system with {@code :<system>}, of one operation
 * with {@code :<system>/<operation>}; such as {@code tool_calls_per_day:zendesk/ticket.update}.
 */
record Counted(
        Unit unit,
        Span span,
        @Nullable String system,
        @Nullable String operation) {

    /** A billion units of currency in micro-units: sums of a few stay far from the end of a long. */
    static final long MOST = 1_000_000_000_000_000L;

    static final String SPELLING =
            "must be tool_calls, high_risk, tokens, cost_micros or storage_bytes, then _per_minute,"
                    + " _per_hour, _per_day or _per_month, then nothing, :system or :system/operation; or a cap of runs";

    /** The limit of that name; empty if it is none. */
    static Optional<Counted> of(String name) {
        int colon = name.indexOf(':');
        String base = colon < 0 ? name : name.substring(0, colon);
        for (Unit unit : Unit.values()) {
            for (Span span : Span.values()) {
                if (base.equals(unit.word() + "_per_" + span.word())) {
                    return colon < 0
                            ? Optional.of(new Counted(unit, span, null, null))
                            : selected(unit, span, name.substring(colon + 1));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Counted> selected(Unit unit, Span span, String selector) {
        int slash = selector.indexOf('/');
        String system = slash < 0 ? selector : selector.substring(0, slash);
        String operation = slash < 0 ? null : selector.substring(slash + 1);
        return spelled(system) && (operation == null || spelled(operation))
                ? Optional.of(new Counted(unit, span, system, operation))
                : Optional.empty();
    }

    private static boolean spelled(String word) {
        try {
            return Identifiers.check("limit", word).equals(word);
        } catch (InvalidField wrong) {
            return false;
        }
    }

    /** Whether an action on this system's operation is counted. */
    boolean counts(String onSystem, String onOperation) {
        return system == null || system.equals(onSystem) && (operation == null || operation.equals(onOperation));
    }
}
