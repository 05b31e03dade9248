package execution.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tenancy.Estimate;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * What one operation costs its tenant, as its connector declares it.
 *
 * @param slotMillis milliseconds of one slot
 * @param microUnits money a call, in millionths of the tenant's unit of currency
 * @param microUnitsPerToken money a model token
 * @param stores whether the arguments are stored at the target and count as stored bytes
 * @param tokensUsed where the result says how many model tokens it took; absent where it does not say
 */
record Price(
        long slotMillis,
        long microUnits,
        long microUnitsPerToken,
        boolean stores,
        @Nullable JsonPointer tokensUsed) {

    Estimate estimate(long tokens, String arguments) {
        return estimate(tokens, stores ? arguments.getBytes(StandardCharsets.UTF_8).length : 0L);
    }

    /** What the call used, by the target's own account; empty where it gives none. */
    Optional<Estimate> actual(JsonNode result, String arguments) {
        if (tokensUsed == null) {
            return Optional.empty();
        }
        JsonNode tokens = result.at(tokensUsed);
        return tokens.canConvertToLong() && tokens.asLong() >= 0 && tokens.asLong() <= Operation.MOST_TOKENS
                ? Optional.of(estimate(tokens.asLong(), arguments))
                : Optional.empty();
    }

    private Estimate estimate(long tokens, long bytes) {
        return new Estimate(slotMillis, tokens, microUnits + microUnitsPerToken * tokens, bytes);
    }
}
