package execution.gateway;

import java.util.ArrayList;
import java.util.List;
import tenancy.Refusal.FieldError;
import tenancy.Refusal;
import tools.jackson.databind.JsonNode;

/** What a connector's document may say, for those who draft one. */
public final class Drafts {

    private Drafts() {}

    /**
     * Reads JSON as strictly as a connector's document is read.
     *
     * @throws tenancy.InvalidField with this pointer
     */
    public static JsonNode json(String text, String pointer) {
        return CanonicalJson.read(text, pointer);
    }

    /** What would be refused if the document were put in force now; empty if nothing. */
    public static List<FieldError> faults(JsonNode document) {
        try {
            ConnectorReader.read(document.toString());
            return List.of();
        } catch (Refusal refused) {
            return refused.fields();
        }
    }

    /** What is pinned of a tool that an MCP server describes: all that tells a model or a person what it does. */
    public static String toolDigest(JsonNode tool) {
        return McpTool.digestOf(tool);
    }

    /** What is pinned of an operation that was drafted from a product's description. */
    public static String digest(JsonNode operation) {
        return CanonicalJson.digest(operation);
    }

    /** SHA-256 over the text of what has no canonical form; lower-case hex. */
    public static String textDigest(JsonNode value) {
        return Sha256.of(value.toString());
    }

    /** Whether schemas may use this format; others are words without effect. */
    public static boolean knowsFormat(String format) {
        return Formats.names().contains(format);
    }

    /** Whether schemas may use this expression: one that is matched in linear time. */
    public static boolean takesPattern(String expression) {
        List<FieldError> faults = new ArrayList<>();
        new Expressions().check(expression, "", faults);
        return faults.isEmpty();
    }

    /** A JSON pointer (RFC 6901) to a member of what {@code pointer} points to. */
    public static String below(String pointer, String name) {
        return CanonicalJson.below(pointer, name);
    }
}
