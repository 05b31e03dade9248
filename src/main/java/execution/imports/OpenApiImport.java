package execution.imports;

import execution.gateway.Drafts;
import execution.gateway.Offer;
import execution.gateway.Where;
import execution.imports.Draft.Guess;
import execution.imports.Draft.LeftOut;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tenancy.Effect;
import tenancy.Refusal.FieldError;
import tenancy.Refusal;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Drafts a connector from an OpenAPI 3 document. It reads the document alone: nothing that the document refers to is
 * ever fetched.
 */
final class OpenApiImport {

    private static final int MOST_OPERATIONS = 100;
    private static final int MOST_LOOKED_AT = 500;
    private static final int MOST_CHARACTERS = 250_000;
    private static final int MOST_FAULTS = 20;
    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "patch", "delete");
    private static final Set<String> OTHER_METHODS = Set.of("options", "trace");
    private static final Set<String> DATA = Set.of("example", "examples", "default", "enum", "const");

    private final JsonNode api;
    private final OperationNames names = new OperationNames();
    private final ObjectNode document = JsonNodeFactory.instance.objectNode();
    private final ObjectNode operations;
    private final List<Guess> guesses = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final List<Offer> unfit = new ArrayList<>();
    private int characters;
    private int lookedAt;

    private OpenApiImport(JsonNode api, String baseUrl) {
        this.api = api;
        document.put("base_url", baseUrl);
        this.operations = document.putObject("operations");
    }

    /**
     * Drafts a connector.
     *
     * @param baseUrl where the product answers; null: where its document says
     * @throws InvalidImport with a pointer into the document
     */
    static Draft draft(String system, JsonNode api, @Nullable String baseUrl) {
        OpenApiImport drafting = drafted(api, baseUrl);
        return new Draft(system, drafting.document, drafting.guesses, drafting.leftOut);
    }

    /**
     * What the document offers now, operation by operation.
     *
     * @throws InvalidImport with a pointer into the document
     */
    static List<Offer> offers(JsonNode api, String baseUrl) {
        OpenApiImport drafting = drafted(api, baseUrl);
        List<Offer> offers = new ArrayList<>(drafting.unfit);
        drafting.operations.properties().forEach(operation -> {
            JsonNode upstream = operation.getValue().path("upstream");
            offers.add(new Offer(
                    upstream.path("operation").stringValue(),
                    upstream.path("digest").stringValue(),
                    operation.getValue(),
                    null));
        });
        return offers;
    }

    private static OpenApiImport drafted(JsonNode api, @Nullable String baseUrl) {
        String version = api.path("openapi").asString("");
        if (!version.matches("3\\.[01]\\.\\d+(-.*)?")) {
            throw InvalidImport.of("/openapi/openapi", "version", "must be 3.0 or 3.1");
        }
        List<FieldError> remote = new ArrayList<>();
        remote(api, Where.at("/openapi"), remote);
        if (!remote.isEmpty()) {
            throw new InvalidImport(remote);
        }
        var drafting = new OpenApiImport(api, baseUrl == null ? server(api) : baseUrl);
        drafting.paths();
        if (drafting.operations.isEmpty()) {
            throw InvalidImport.of("/openapi/paths", "operations", "must describe an operation that can be drafted");
        }
        List<FieldError> faults = Drafts.faults(drafting.document);
        if (!faults.isEmpty()) {
            throw new InvalidImport(faults);
        }
        return drafting;
    }

    /** What a pointer within the document leads to. */
    static JsonNode at(JsonNode api, String reference, String from) {
        JsonNode found;
        try {
            found = api.at(JsonPointer.compile(reference.substring(1)));
        } catch (IllegalArgumentException notAPointer) {
            throw new Unfit(from, "has a reference that is no JSON pointer");
        }
        if (found.isMissingNode()) {
            throw new Unfit(from, "has a reference that leads nowhere");
        }
        return found;
    }

    private static void remote(JsonNode node, Where at, List<FieldError> faults) {
        if (faults.size() >= MOST_FAULTS) {
            return;
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            remote(node.get(i), at.item(i), faults);
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            Where below = at.member(member.getKey());
            JsonNode value = member.getValue();
            if (member.getKey().equals("$ref")
                    && value.isString()
                    && !value.stringValue().startsWith("#")) {
                faults.add(new FieldError(
                        below.pointer(), "remote_reference", "must stay within the document: nothing is fetched"));
            } else if (!DATA.contains(member.getKey())) {
                remote(value, below, faults);
            }
        }
    }

    private static String server(JsonNode api) {
        JsonNode first = api.path("servers").path(0);
        String url = first.path("url").asString("");
        for (Map.Entry<String, JsonNode> variable : first.path("variables").properties()) {
            url = url.replace(
                    "{" + variable.getKey() + "}",
                    variable.getValue().path("default").asString(""));
        }
        if (!url.startsWith("http")) {
            throw InvalidImport.of("/base_url", "base_url", "must be given: the document names no whole address");
        }
        return url;
    }

    private void paths() {
        for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
            String at = Drafts.below("/paths", path.getKey());
            for (Map.Entry<String, JsonNode> member : path.getValue().properties()) {
                String below = Drafts.below(at, member.getKey());
                if (METHODS.contains(member.getKey())) {
                    operation(path.getKey(), path.getValue(), member.getKey(), member.getValue(), below);
                } else if (OTHER_METHODS.contains(member.getKey())) {
                    leftOut.add(new LeftOut(below, "a connector has no operations of this method"));
                } else if (member.getKey().equals("$ref")) {
                    leftOut.add(new LeftOut(below, "a path that stands elsewhere is not followed"));
                }
            }
        }
    }

    private void operation(String path, JsonNode around, String method, JsonNode described, String at) {
        if (++lookedAt > MOST_LOOKED_AT || operations.size() >= MOST_OPERATIONS) {
            leftOut.add(new LeftOut(at, "a connector has at most " + MOST_OPERATIONS + " operations"));
            return;
        }
        String upstream = method.toUpperCase(Locale.ROOT) + " " + path;
        String name = names.next(described.path("operationId").asString(method + " " + path));
        try {
            var shape = new OpenApiOperation(api, path, around, method, described, at);
            ObjectNode made = shape.made();
            pin(made, upstream, at);
            int size = made.toString().length();
            if (characters + size > MOST_CHARACTERS) {
                throw new Unfit(at, "the connector would be too large");
            }
            ObjectNode alone = JsonNodeFactory.instance.objectNode().put("base_url", "https://example.com");
            alone.putObject("operations").set(name, made);
            for (FieldError fault : Drafts.faults(alone)) {
                throw new Unfit(at, "%s %s".formatted(fault.pointer(), fault.detail()));
            }
            characters += size;
            operations.set(name, made);
            guesses.add(guess(name, made, method));
            leftOut.addAll(shape.leftOut());
        } catch (Unfit no) {
            leftOut.add(no.leftOut());
            unfit.add(new Offer(
                    upstream, Drafts.textDigest(described), null, no.leftOut().why()));
        }
    }

    /** So that it can be told later whether the product still describes it so. */
    private static void pin(ObjectNode made, String upstream, String at) {
        try {
            String digest = Drafts.digest(made);
            made.putObject("upstream").put("operation", upstream).put("digest", digest);
        } catch (Refusal notCanonical) {
            throw new Unfit(at, "has numbers or text that have no canonical form");
        }
    }

    private static Guess guess(String name, JsonNode made, String method) {
        return switch (made.path("effect").asString("")) {
            case "read" ->
                new Guess(
                        name,
                        Effect.READ,
                        method.toUpperCase(Locale.ROOT) + " is safe by RFC 9110: make sure that it is here");
            case "high_risk" -> new Guess(name, Effect.HIGH_RISK, "DELETE removes, and nothing says how to undo it");
            default -> new Guess(name, Effect.WRITE, method.toUpperCase(Locale.ROOT) + " changes something");
        };
    }
}
