package execution.gateway;

import execution.gateway.Exchange.Answered;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.PaginatedRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages of the Model Context Protocol: written with the official SDK's types, read as the strict tree they are. */
final class McpMessages {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Implementation US = new Implementation("firebreak", "1");

    /** Nothing is offered to servers: they do not ask back. */
    private static final ClientCapabilities NOTHING = new ClientCapabilities(null, null, null, null);

    private static final Map<String, Object> ALL_THERE_IS = Map.of(
            "io.modelcontextprotocol/protocolVersion",
            McpRevision.STATELESS.text(),
            "io.modelcontextprotocol/clientInfo",
            US,
            "io.modelcontextprotocol/clientCapabilities",
            NOTHING);

    /** What may stand in a header as it is: no blanks at its ends, and nothing that could be taken for an encoding. */
    private static final Pattern PLAIN = Pattern.compile("(?!=\\?base64\\?.*\\?=$)[!-~]([ -~\\t]*[!-~])?");

    private McpMessages() {}

    static String initialize(long id, McpRevision revision) {
        return written(new JSONRPCRequest(
                McpSchema.METHOD_INITIALIZE, id, new InitializeRequest(revision.text(), NOTHING, US)));
    }

    static String initialized() {
        return written(new JSONRPCNotification(McpSchema.METHOD_NOTIFICATION_INITIALIZED, Map.of()));
    }

    static String list(long id, McpRevision revision, @Nullable String cursor) {
        return written(
                new JSONRPCRequest(McpSchema.METHOD_TOOLS_LIST, id, new PaginatedRequest(cursor, meta(revision))));
    }

    /** @param arguments an object */
    static String call(long id, McpTool tool, JsonNode arguments) {
        Map<String, Object> given = new LinkedHashMap<>();
        arguments.properties().forEach(argument -> given.put(argument.getKey(), argument.getValue()));
        return written(new JSONRPCRequest(
                McpSchema.METHOD_TOOLS_CALL, id, new CallToolRequest(tool.name(), given, meta(tool.revision()))));
    }

    private static @Nullable Map<String, Object> meta(McpRevision revision) {
        return revision == McpRevision.STATELESS ? ALL_THERE_IS : null;
    }

    private static String written(Object message) {
        return JSON.writeValueAsString(message);
    }

    /** A value as a header carries it: what is not plain ASCII is encoded, so that it can end no line. */
    static String header(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "=?base64?" + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    /** The answer to this request, among all that came; empty if there is none that can be read. */
    static Optional<JsonNode> response(Answered answered, long id) {
        return all(answered).stream().filter(message -> answers(message, id)).findFirst();
    }

    /** Whether an event is the answer that is waited for. */
    static boolean answers(ToolEvent event, long id) {
        return tree(event.data()).filter(message -> answers(message, id)).isPresent();
    }

    /** Whether the server says that its tools are not what they were. */
    static boolean changes(Answered answered) {
        return all(answered).stream()
                .anyMatch(message ->
                        message.path("method").asString("").equals(McpSchema.METHOD_NOTIFICATION_TOOLS_LIST_CHANGED));
    }

    /** An error may be about a request that could not even be read: it then names none. */
    private static boolean answers(JsonNode message, long id) {
        JsonNode about = message.path("id");
        return message.has("result") && about.isIntegralNumber() && about.longValue() == id
                || message.path("error").path("code").isInt()
                        && (about.isMissingNode()
                                || about.isNull()
                                || about.isIntegralNumber() && about.longValue() == id);
    }

    /** One message, or those of a stream of events, of which some may be empty. */
    private static List<JsonNode> all(Answered answered) {
        byte[] body = answered.body();
        if (body == null) {
            return List.of();
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException notText) {
            return List.of();
        }
        Optional<JsonNode> whole = tree(text);
        if (whole.isEmpty() || !whole.get().isArray()) {
            return whole.stream().toList();
        }
        List<JsonNode> messages = new ArrayList<>();
        whole.get().forEach(event -> tree(event.path("data").asString("")).ifPresent(messages::add));
        return messages;
    }

    private static Optional<JsonNode> tree(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(CanonicalJson.read(text, ""));
        } catch (Refusal notJson) {
            return Optional.empty();
        }
    }
}
