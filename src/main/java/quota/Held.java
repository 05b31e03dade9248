package quota;

import java.util.List;
import quota.QuotaEvent.Drawn;

/**
 * What is set aside for one action that has not ended.
 *
 * @param operation {@code <system>/<operation>}
 * @param at when it was reserved, in seconds since 1970
 */
record Held(String run, String operation, Amounts amounts, long at, List<Part> parts) {

    /** @param key the meter that it was drawn on */
    record Part(String key, String limit, String scope, long window) {

        static Part of(Drawn drawn) {
            return new Part(Ledger.key(drawn.scope(), drawn.limit()), drawn.limit(), drawn.scope(), drawn.window());
        }
    }
}
