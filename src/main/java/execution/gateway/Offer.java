package execution.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One thing that an upstream says it does now.
 *
 * @param upstream what it calls it: a tool's name, or {@code GET /tickets/{id}}
 * @param digest SHA-256 over its description, lower-case hex; what an operation pins of it
 * @param operation the operation that can be drafted from it; absent if none can
 * @param unfit why none can; absent if one can
 */
public record Offer(
        String upstream,
        String digest,
        @Nullable JsonNode operation,
        @Nullable String unfit) {}
