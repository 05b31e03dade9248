package execution.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a connector's document says of where an operation comes from, and all that decides what a call of it does. */
final class Pinned {

    private static final String OPERATIONS = "operations";
    private static final String UPSTREAM = "upstream";

    private Pinned() {}

    /** The digest that an operation pins of its upstream; empty if it was written by hand. */
    static String upstream(JsonNode operation) {
        return operation.path(UPSTREAM).path("digest").asString("");
    }

    /** What its upstream calls it; absent if it was written by hand. */
    static @Nullable String name(JsonNode operation) {
        JsonNode upstream = operation.path(UPSTREAM);
        return upstream.path("tool").asString(upstream.path("operation").asString(null));
    }

    /** The operation with all that the document says of every operation: where it is called, and as whom. */
    static ObjectNode whole(JsonNode document, String operation) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        document.properties().stream()
                .filter(member ->
                        !member.getKey().equals(OPERATIONS) && !member.getKey().equals("description"))
                .forEach(member -> whole.set(member.getKey(), member.getValue()));
        document.path(OPERATIONS)
                .path(operation)
                .properties()
                .forEach(member -> whole.set(
                        whole.has(member.getKey()) ? "operation." + member.getKey() : member.getKey(),
                        member.getValue()));
        return whole;
    }

    static String digest(JsonNode document, String operation) {
        return CanonicalJson.digest(whole(document, operation));
    }
}
