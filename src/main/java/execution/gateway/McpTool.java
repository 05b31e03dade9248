package execution.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tenancy.Refusal.FieldError;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool of an MCP server, as whoever put the connector in force saw it.
 *
 * @param digest of its description; the tool is only called while its server describes it so
 * @param headers arguments that are sent in headers too, by the name that is added to {@code Mcp-Param-}
 * @param sure whether it did nothing, for sure, if it says that it failed
 */
record McpTool(McpRevision revision, String name, String digest, Map<String, JsonPointer> headers, boolean sure) {

    private static final List<String> DESCRIBING =
            List.of("name", "title", "description", "inputSchema", "outputSchema", "annotations");

    McpTool {
        headers = Map.copyOf(headers);
    }

    static McpTool read(JsonNode upstream, McpRevision revision, String at, List<FieldError> faults) {
        Map<String, JsonPointer> headers = new HashMap<>();
        upstream.path("headers").properties().forEach(header -> {
            try {
                headers.put(
                        header.getKey(), JsonPointer.compile(header.getValue().stringValue()));
            } catch (IllegalArgumentException notAPointer) {
                faults.add(new FieldError(
                        CanonicalJson.below(at + "/headers", header.getKey()),
                        "pointer",
                        "must be a JSON pointer into the arguments"));
            }
        });
        return new McpTool(
                revision,
                upstream.path("tool").stringValue(),
                upstream.path("digest").stringValue(),
                headers,
                !upstream.path("error_effect").asString("none").equals("unknown"));
    }

    static String digestOf(JsonNode tool) {
        ObjectNode described = JsonNodeFactory.instance.objectNode();
        DESCRIBING.forEach(member -> {
            if (tool.has(member)) {
                described.set(member, tool.get(member));
            }
        });
        return CanonicalJson.digest(described);
    }
}
