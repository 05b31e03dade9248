package execution.imports;

import execution.gateway.Drafts;
import execution.gateway.Offer;
import execution.imports.Draft.Guess;
import execution.imports.Draft.LeftOut;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tenancy.Effect;
import tenancy.Refusal;
import tenancy.Refusal.FieldError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Drafts a connector from what an MCP server says of its tools. Its words about effects are guesses to be confirmed. */
final class McpImport {

    private static final int MOST_OPERATIONS = 100;
    private static final int MOST_CHARACTERS = 250_000;
    private static final int LONGEST_WORDS = 1_000;
    private static final String HEADER = "x-mcp-header";

    private final OperationNames names = new OperationNames();
    private final ObjectNode document = JsonNodeFactory.instance.objectNode();
    private final ObjectNode operations;
    private final List<Guess> guesses = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final Set<String> tools = new HashSet<>();
    private final String revision;
    private int characters;

    private McpImport(String url, String revision, List<String> privateHosts, @Nullable JsonNode credential) {
        this.revision = revision;
        document.put("protocol", "mcp").put("mcp_revision", revision).put("base_url", url);
        if (!privateHosts.isEmpty()) {
            privateHosts.forEach(document.putArray("allow_private_addresses")::add);
        }
        if (credential != null) {
            document.set("credential", credential);
        }
        this.operations = document.putObject("operations");
    }

    /**
     * Drafts a connector.
     *
     * @param credential how its requests carry a credential; absent if they carry none
     * @param tools as the server describes them
     * @throws InvalidImport if none of them can be an operation
     */
    static Draft draft(
            String system,
            String url,
            String revision,
            List<String> privateHosts,
            @Nullable JsonNode credential,
            List<JsonNode> tools) {
        var drafting = new McpImport(url, revision, privateHosts, credential);
        for (int i = 0; i < tools.size(); i++) {
            drafting.tool(tools.get(i), "/tools/" + i);
        }
        if (drafting.operations.isEmpty()) {
            throw InvalidImport.of("/mcp/url", "operations", "must have a tool that can be an operation");
        }
        List<FieldError> faults = Drafts.faults(drafting.document);
        if (!faults.isEmpty()) {
            throw new InvalidImport(faults);
        }
        return new Draft(system, drafting.document, drafting.guesses, drafting.leftOut);
    }

    /** One tool as it would be drafted, whatever else its server has. */
    static Offer offered(JsonNode tool, String revision) {
        String named = tool.path("name").asString("");
        try {
            var drafting = new McpImport("https://example.com", revision, List.of(), null);
            ObjectNode made = drafting.made(tool, named, "");
            drafting.check(made, "");
            return new Offer(named, made.path("upstream").path("digest").stringValue(), made, null);
        } catch (Unfit unfit) {
            LeftOut why = unfit.leftOut();
            return new Offer(named, Drafts.textDigest(tool), null, (why.pointer() + " " + why.why()).strip());
        }
    }

    private void check(ObjectNode made, String at) {
        ObjectNode alone = document.deepCopy();
        alone.putObject("operations").set("operation", made);
        for (FieldError fault : Drafts.faults(alone)) {
            throw new Unfit(at, "%s %s".formatted(fault.pointer(), fault.detail()));
        }
    }

    private void tool(JsonNode tool, String at) {
        try {
            if (operations.size() >= MOST_OPERATIONS) {
                throw new Unfit(at, "a connector has at most " + MOST_OPERATIONS + " operations");
            }
            String named = tool.path("name").asString("");
            if (named.isEmpty() || !tools.add(named)) {
                throw new Unfit(at + "/name", "has no name of its own");
            }
            ObjectNode made = made(tool, named, at);
            int size = made.toString().length();
            if (characters + size > MOST_CHARACTERS) {
                throw new Unfit(at, "the connector would be too large");
            }
            check(made, at);
            characters += size;
            String name = names.next(named);
            operations.set(name, made);
            guesses.add(guess(name, tool.path("annotations")));
        } catch (Unfit unfit) {
            leftOut.add(unfit.leftOut());
        }
    }

    private ObjectNode made(JsonNode tool, String named, String at) {
        if (tool.path("execution").path("taskSupport").asString("").equals("required")) {
            throw new Unfit(at + "/execution", "it is only run as a task");
        }
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        String words = tool.path("description").asString(tool.path("title").asString(""));
        if (!words.isBlank()) {
            made.put("description", words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) : words);
        }
        ObjectNode upstream = made.putObject("upstream").put("tool", named).put("digest", digest(tool, at));
        JsonNode input = tool.path("inputSchema");
        if (!input.isObject()) {
            throw new Unfit(at + "/inputSchema", "does not say what it takes");
        }
        headers(input, upstream, at + "/inputSchema");
        made.put("effect", effect(tool.path("annotations")).name().toLowerCase(Locale.ROOT));
        made.set("argument_schema", OpenApiSchemas.translated(input, input, true, at + "/inputSchema"));
        JsonNode output = tool.path("outputSchema");
        if (output.isObject()) {
            made.set("result_schema", OpenApiSchemas.translated(output, output, false, at + "/outputSchema"));
        }
        return made;
    }

    private static String digest(JsonNode tool, String at) {
        try {
            return Drafts.toolDigest(tool);
        } catch (Refusal notCanonical) {
            throw new Unfit(at, "has numbers or text that have no canonical form");
        }
    }

    /** Arguments that the server wants to see in headers, which only the later revision has. */
    private void headers(JsonNode input, ObjectNode upstream, String at) {
        if (!revision.equals("2026-07-28")) {
            return;
        }
        Map<String, String> found = new LinkedHashMap<>();
        collect(input, "", found, at);
        if (found.size() != input.findValues(HEADER).size()) {
            throw new Unfit(at, "wants a header of an argument that is not always in the same place");
        }
        if (!found.isEmpty()) {
            found.forEach(upstream.putObject("headers")::put);
        }
    }

    private static void collect(JsonNode schema, String pointer, Map<String, String> found, String at) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String below = Drafts.below(pointer, property.getKey());
            JsonNode header = property.getValue().path(HEADER);
            if (!header.isMissingNode()) {
                String name = header.asString("");
                boolean taken = found.keySet().stream().anyMatch(name::equalsIgnoreCase);
                boolean plain = Set.of("string", "integer", "boolean")
                        .contains(property.getValue().path("type").asString(""));
                if (taken || !plain || !name.matches("[A-Za-z0-9_-]{1,64}")) {
                    throw new Unfit(at + "/properties" + below, "names a header that cannot be sent");
                }
                found.put(name, below);
            }
            collect(property.getValue(), below, found, at);
        }
    }

    private static Effect effect(JsonNode annotations) {
        if (annotations.path("readOnlyHint").asBoolean(false)) {
            return Effect.READ;
        }
        return annotations.path("destructiveHint").asBoolean(false) ? Effect.HIGH_RISK : Effect.WRITE;
    }

    private static Guess guess(String name, JsonNode annotations) {
        return switch (effect(annotations)) {
            case READ -> new Guess(name, Effect.READ, "the server says that it only reads: make sure that it does");
            case HIGH_RISK -> new Guess(name, Effect.HIGH_RISK, "the server says that it destroys");
            case WRITE -> new Guess(name, Effect.WRITE, "the server does not say that it only reads");
        };
    }
}
