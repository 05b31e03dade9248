package quota;

import java.util.List;
import org.jspecify.annotations.Nullable;
import quota.QuotaEvent.Drawn;

/**
 * What is set aside for one action that has not ended.
 *
 * @param operation {@code <system>/<operation>}
 * @param at when it was reserved, in seconds since 1970
 */
record Held(String run, String operation, Amounts amounts, long at, List<Part> parts) {

    /**
     * The same, with the other's objects for whatever both say. Hundreds of thousands may be open at a time, most of them
     * for the same operation and on the same meters.
     */
    Held sharing(@Nullable Held other) {
        return other == null
                ? this
                : new Held(
                        run,
                        operation.equals(other.operation) ? other.operation : operation,
                        amounts.equals(other.amounts) ? other.amounts : amounts,
                        at,
                        parts.equals(other.parts) ? other.parts : parts);
    }

    /** @param key the meter that it was drawn on */
    record Part(String key, String limit, String scope, long window) {

        static Part of(Drawn drawn) {
            return new Part(Ledger.key(drawn.scope(), drawn.limit()), drawn.limit(), drawn.scope(), drawn.window());
        }
    }
}
