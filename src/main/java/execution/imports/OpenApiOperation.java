package execution.imports;

import execution.gateway.Drafts;
import execution.imports.Draft.LeftOut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One operation of an OpenAPI document. What its path names becomes the target, so that policies can speak of it; query
 * and body become the arguments.
 */
final class OpenApiOperation {

    private static final int LONGEST_WORDS = 1_000;
    private static final Set<String> WITH_BODY = Set.of("post", "put", "patch");

    /** Headers that OpenAPI itself says are not parameters. */
    private static final Set<String> IGNORED_HEADERS = Set.of("accept", "content-type", "authorization");

    private final JsonNode api;
    private final String path;
    private final JsonNode around;
    private final String method;
    private final JsonNode described;
    private final String at;
    private final List<LeftOut> leftOut = new ArrayList<>();

    private final ObjectNode target = closed();
    private final ObjectNode arguments = closed();
    private final ObjectNode query = JsonNodeFactory.instance.objectNode();
    private String template;

    OpenApiOperation(JsonNode api, String path, JsonNode around, String method, JsonNode described, String at) {
        this.api = api;
        this.path = path;
        this.around = around;
        this.method = method;
        this.described = described;
        this.at = at;
        this.template = path;
    }

    /** What was dropped of an operation that is in the draft. */
    List<LeftOut> leftOut() {
        return List.copyOf(leftOut);
    }

    /** @throws Unfit if it cannot be called in the way it is described */
    ObjectNode made() {
        parameters().forEach(this::parameter);
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        String words =
                described.path("summary").asString(described.path("description").asString(""));
        if (!words.isBlank()) {
            made.put("description", words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) : words);
        }
        made.put("method", method.toUpperCase(Locale.ROOT)).put("effect", effect());
        ObjectNode sent = body(made);
        made.put("path", template);
        if (!target.path("properties").isEmpty()) {
            made.set("target_schema", target);
        }
        made.set("argument_schema", sent == null ? arguments : sent);
        if (!query.isEmpty()) {
            made.set("query", query);
        }
        ObjectNode result = result();
        if (result != null) {
            made.set("result_schema", result);
        }
        return made;
    }

    private String effect() {
        return switch (method) {
            case "get", "head" -> "read";
            case "delete" -> "high_risk";
            default -> "write";
        };
    }

    private record Parameter(JsonNode described, String pointer) {}

    /** Those of the operation take the place of those that the path has for all. */
    private List<Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        String above = at.substring(0, at.lastIndexOf('/'));
        collect(around.path("parameters"), above + "/parameters", all);
        collect(described.path("parameters"), at + "/parameters", all);
        return List.copyOf(all.values());
    }

    private void collect(JsonNode list, String pointer, Map<String, Parameter> all) {
        for (int i = 0; i < list.size(); i++) {
            JsonNode one = resolved(list.get(i), pointer + "/" + i);
            all.put(
                    one.path("in").asString("") + " " + one.path("name").asString(""),
                    new Parameter(one, pointer + "/" + i));
        }
    }

    private JsonNode resolved(JsonNode node, String pointer) {
        JsonNode found = node;
        for (int hops = 0; found.path("$ref").isString(); hops++) {
            if (hops > 8) {
                throw new Unfit(pointer, "has a reference that leads round in a circle");
            }
            found = OpenApiImport.at(api, found.path("$ref").stringValue(), pointer);
        }
        return found;
    }

    private void parameter(Parameter parameter) {
        JsonNode one = parameter.described();
        String name = one.path("name").asString("");
        switch (one.path("in").asString("")) {
            case "path" -> inPath(one, name, parameter.pointer());
            case "query" -> inQuery(one, name, parameter.pointer());
            case "header" -> {
                if (!IGNORED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                    drop(one, parameter.pointer(), "a connector sends no headers of the caller's");
                }
            }
            default -> drop(one, parameter.pointer(), "a connector sends no cookies");
        }
    }

    private void drop(JsonNode parameter, String pointer, String why) {
        if (parameter.path("required").asBoolean(false)) {
            throw new Unfit(pointer, why + ", and this one is required");
        }
        leftOut.add(new LeftOut(pointer, why));
    }

    /** Targets are named in text: a number is the text that spells it. */
    private void inPath(JsonNode one, String name, String pointer) {
        String field = name.replaceAll("[^A-Za-z0-9_]", "_").toLowerCase(Locale.ROOT);
        if (!template.contains("{" + name + "}") || target.path("properties").has(field)) {
            throw new Unfit(pointer, "is not named once in the path");
        }
        template = template.replace("{" + name + "}", "{" + field + "}");
        JsonNode schema = OpenApiSchemas.translated(api, one.path("schema"), true, pointer + "/schema");
        ObjectNode text = JsonNodeFactory.instance.objectNode().put("type", "string");
        for (String keyword : List.of("description", "pattern", "format", "minLength", "maxLength")) {
            if (schema.has(keyword)) {
                text.set(keyword, schema.get(keyword));
            }
        }
        if (schema.path("type").asString("").equals("integer")) {
            text.put("pattern", "^-?[0-9]{1,19}$");
        }
        if (schema.path("enum").isArray()) {
            ArrayNode values = text.putArray("enum");
            schema.path("enum").forEach(value -> values.add(value.asString()));
        }
        ((ObjectNode) target.path("properties")).set(field, text);
        ((ArrayNode) target.path("required")).add(field);
    }

    private void inQuery(JsonNode one, String name, String pointer) {
        JsonNode schema = one.path("schema");
        if (schema.isMissingNode()) {
            drop(one, pointer, "is written in a way that queries are not");
            return;
        }
        ObjectNode made = OpenApiSchemas.translated(api, schema, true, pointer + "/schema");
        String type = made.path("type").asString("");
        boolean list = type.equals("array");
        boolean asWritten = one.path("style").asString("form").equals("form")
                && one.path("explode").asBoolean(true);
        if (type.equals("object") || made.has("$defs") || list && !asWritten) {
            drop(one, pointer, "is written in a way that queries are not");
            return;
        }
        ((ObjectNode) arguments.path("properties")).set(name, made);
        query.put(name, "arguments." + name);
        if (one.path("required").asBoolean(false)) {
            ((ArrayNode) arguments.path("required")).add(name);
        }
    }

    /** The schema of the body, where it alone is what the arguments are; null where there is none or it was joined. */
    private @Nullable ObjectNode body(ObjectNode made) {
        JsonNode body = resolved(described.path("requestBody"), at + "/requestBody");
        if (body.isMissingNode()) {
            if (WITH_BODY.contains(method)) {
                made.putObject("body");
            }
            return null;
        }
        JsonNode schema = json(body);
        if (schema == null || !WITH_BODY.contains(method)) {
            if (body.path("required").asBoolean(false) || WITH_BODY.contains(method)) {
                throw new Unfit(at + "/requestBody", "its body is not JSON, or its method takes none");
            }
            leftOut.add(new LeftOut(at + "/requestBody", "bodies are only sent with POST, PUT and PATCH"));
            return null;
        }
        ObjectNode translated = OpenApiSchemas.translated(api, schema, true, at + "/requestBody");
        if (query.isEmpty()) {
            return translated;
        }
        if (!translated.path("properties").isObject() || translated.has("$defs") || composed(translated)) {
            throw new Unfit(at + "/requestBody", "its body cannot be told from its query: it has no plain properties");
        }
        join(translated, made.putObject("body"));
        return null;
    }

    private static boolean composed(JsonNode schema) {
        return schema.has("allOf") || schema.has("anyOf") || schema.has("oneOf");
    }

    private void join(JsonNode translated, ObjectNode sources) {
        ObjectNode properties = (ObjectNode) arguments.path("properties");
        for (Map.Entry<String, JsonNode> property :
                translated.path("properties").properties()) {
            if (properties.has(property.getKey())) {
                throw new Unfit(at + "/requestBody", "query and body both have " + property.getKey());
            }
            properties.set(property.getKey(), property.getValue());
            sources.put(property.getKey(), "arguments." + property.getKey());
        }
        translated.path("required").forEach(((ArrayNode) arguments.path("required"))::add);
    }

    private static @Nullable JsonNode json(JsonNode withContent) {
        for (Map.Entry<String, JsonNode> content : withContent.path("content").properties()) {
            String type = content.getKey().toLowerCase(Locale.ROOT);
            if (type.startsWith("application/json") || type.endsWith("+json") || type.equals("*/*")) {
                JsonNode schema = content.getValue().path("schema");
                return schema.isMissingNode() ? JsonNodeFactory.instance.booleanNode(true) : schema;
            }
        }
        return null;
    }

    /** What it answers if it succeeds; null where that is not described, is not JSON, or has no counterpart. */
    private @Nullable ObjectNode result() {
        List<ObjectNode> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> response : described.path("responses").properties()) {
            if (!response.getKey().matches("2(\\d\\d|XX)")) {
                continue;
            }
            String pointer = Drafts.below(at + "/responses", response.getKey());
            try {
                JsonNode answer = resolved(response.getValue(), pointer);
                JsonNode schema = json(answer);
                if (schema == null && !answer.path("content").isEmpty()) {
                    return null;
                }
                ObjectNode one = schema == null
                        ? JsonNodeFactory.instance.objectNode().put("type", "null")
                        : OpenApiSchemas.translated(api, schema, false, pointer);
                if (!all.contains(one)) {
                    all.add(one);
                }
            } catch (Unfit unfit) {
                leftOut.add(unfit.leftOut());
                return null;
            }
        }
        // Several answers would need one set of definitions: what is not sure is not checked.
        return all.size() == 1 ? all.getFirst() : null;
    }

    private static ObjectNode closed() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putObject("properties");
        schema.putArray("required");
        return schema.put("additionalProperties", false);
    }
}
