package execution.imports;

import execution.gateway.Drafts;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12 that stands alone: what is referred to is carried along, what
 * only documents is dropped. Of what is sent, objects are closed; of what comes back they stay as they were described.
 */
final class OpenApiSchemas {

    private static final int MOST_NODES = 3_000;
    private static final int LONGEST_WORDS = 300;
    private static final long LARGEST_SAFE = 1L << 53;
    private static final String DEFINITIONS = "#/$defs/";

    private static final Set<String> SCHEMAS = Set.of(
            "items",
            "not",
            "contains",
            "propertyNames",
            "if",
            "then",
            "else",
            "additionalProperties",
            "unevaluatedProperties",
            "unevaluatedItems");
    private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> MAPS = Set.of("properties", "patternProperties", "dependentSchemas");
    private static final Set<String> BOUNDS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    private static final Set<String> COPIED = Set.of(
            "type",
            "enum",
            "const",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "minContains",
            "maxContains",
            "dependentRequired");
    private static final Set<String> UNSUPPORTED = Set.of("$dynamicRef", "$id", "$anchor", "$dynamicAnchor");
    private static final Set<String> IN_PLACE = Set.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else");

    private final JsonNode api;
    private final boolean sent;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final ObjectNode definitions = object();
    private int nodes;

    private OpenApiSchemas(JsonNode api, boolean sent) {
        this.api = api;
        this.sent = sent;
    }

    /**
     * Translates one schema.
     *
     * @param sent whether it describes what is sent to the product, and not what it answers
     * @param at where the schema stands
     * @throws Unfit if it has no counterpart
     */
    static ObjectNode translated(JsonNode api, JsonNode schema, boolean sent, String at) {
        var schemas = new OpenApiSchemas(api, sent);
        ObjectNode whole = schemas.whole(schemas.schema(schema, at));
        if (sent) {
            schemas.close(whole);
        }
        return whole;
    }

    /** What is only a reference becomes what it refers to, so that its properties are seen. */
    private ObjectNode whole(JsonNode made) {
        ObjectNode whole;
        if (made instanceof ObjectNode object) {
            whole = object;
            if (object.size() == 1 && object.path("$ref").isString()) {
                String name = object.path("$ref").stringValue().substring(DEFINITIONS.length());
                whole = (ObjectNode) definitions.path(name).deepCopy();
            }
        } else {
            whole = object();
            if (!made.booleanValue()) {
                whole.set("not", object());
            }
        }
        Set<String> used = new HashSet<>();
        reach(whole, used);
        definitions.retain(used);
        if (!definitions.isEmpty()) {
            whole.set("$defs", definitions);
        }
        return whole;
    }

    private void reach(JsonNode from, Set<String> used) {
        for (Map.Entry<String, JsonNode> member : from.properties()) {
            if (member.getKey().equals("$ref") && member.getValue().isString()) {
                String name = member.getValue().stringValue().substring(DEFINITIONS.length());
                if (used.add(name)) {
                    reach(definitions.path(name), used);
                }
            }
        }
        from.forEach(part -> reach(part, used));
    }

    private JsonNode schema(JsonNode in, String at) {
        if (++nodes > MOST_NODES) {
            throw new Unfit(at, "its schema is too large");
        }
        if (in.isBoolean()) {
            return in;
        }
        if (in.path("$ref").isString()) {
            ObjectNode reference = reference(in.path("$ref").stringValue(), at);
            if (old() || in.size() == 1) {
                return reference;
            }
            ObjectNode beside = keywords(in, at);
            beside.setAll(reference);
            return beside;
        }
        return nullable(in, keywords(in, at));
    }

    /** The version before 3.1 had dialects of its own: what stands beside a reference says nothing there. */
    private boolean old() {
        return api.path("openapi").asString("").startsWith("3.0");
    }

    private ObjectNode reference(String to, String at) {
        String name = names.get(to);
        if (name == null) {
            String last = to.substring(to.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9_]", "_");
            name = names.containsValue(last) ? last + "_" + names.size() : last;
            names.put(to, name);
            definitions.set(name, schema(OpenApiImport.at(api, to, at), to.substring(1)));
        }
        return object().put("$ref", DEFINITIONS + name);
    }

    private ObjectNode keywords(JsonNode in, String at) {
        ObjectNode made = object();
        for (Map.Entry<String, JsonNode> member : in.properties()) {
            String keyword = member.getKey();
            JsonNode value = member.getValue();
            String below = Drafts.below(at, keyword);
            if (UNSUPPORTED.contains(keyword)) {
                throw new Unfit(below, "its schema uses " + keyword);
            } else if (SCHEMAS.contains(keyword) && (value.isObject() || value.isBoolean())) {
                made.set(keyword, schema(value, below));
            } else if (LISTS.contains(keyword) && value.isArray()) {
                // What a discriminator tells apart may look the same without it.
                boolean told = keyword.equals("oneOf") && in.has("discriminator");
                ArrayNode list = made.putArray(told ? "anyOf" : keyword);
                for (int i = 0; i < value.size(); i++) {
                    list.add(schema(value.get(i), below + "/" + i));
                }
            } else if (MAPS.contains(keyword) && value.isObject()) {
                ObjectNode map = made.putObject(keyword);
                value.properties().stream()
                        .filter(one -> !hidden(one.getValue()))
                        .forEach(one ->
                                map.set(one.getKey(), schema(one.getValue(), Drafts.below(below, one.getKey()))));
            } else if (COPIED.contains(keyword)) {
                made.set(keyword, value.deepCopy());
            } else if (BOUNDS.contains(keyword)) {
                bound(in, keyword, value, made);
            } else {
                words(keyword, value, made);
            }
        }
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        in.path("required").forEach(name -> {
            if (name.isString() && !hidden(in.path("properties").path(name.stringValue()))) {
                required.add(name);
            }
        });
        if (!required.isEmpty()) {
            made.set("required", required);
        }
        return made;
    }

    /** What only comes back is not sent, and what is only sent does not come back. */
    private boolean hidden(JsonNode property) {
        return property.path(sent ? "readOnly" : "writeOnly").asBoolean(false);
    }

    /** A bound beyond what numbers hold exactly bounds nothing; before 3.1 an exclusive one was a flag. */
    private static void bound(JsonNode in, String keyword, JsonNode value, ObjectNode made) {
        if (value.isBoolean()) {
            JsonNode plain = in.path(keyword.equals("exclusiveMinimum") ? "minimum" : "maximum");
            if (value.booleanValue() && plain.isNumber() && Math.abs(plain.doubleValue()) < LARGEST_SAFE) {
                made.set(keyword, plain);
            }
        } else if (value.isNumber() && Math.abs(value.doubleValue()) < LARGEST_SAFE) {
            made.set(keyword, value);
        }
    }

    private static void words(String keyword, JsonNode value, ObjectNode made) {
        if (!value.isString()) {
            return;
        }
        String words = value.stringValue();
        if (keyword.equals("pattern") && Drafts.takesPattern(words)
                || keyword.equals("format") && Drafts.knowsFormat(words)) {
            made.put(keyword, words);
        } else if (keyword.equals("description")) {
            made.put(keyword, words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) : words);
        }
    }

    private JsonNode nullable(JsonNode in, ObjectNode made) {
        if (!old() || !in.path("nullable").asBoolean(false)) {
            return made;
        }
        if (made.path("type").isString() && !made.has("allOf") && !made.has("anyOf") && !made.has("oneOf")) {
            JsonNode type = made.path("type");
            made.putArray("type").add(type).add("null");
            if (made.path("enum") instanceof ArrayNode values) {
                values.addNull();
            }
            return made;
        }
        ObjectNode either = object();
        either.putArray("anyOf").add(made).add(object().put("type", "null"));
        return either;
    }

    /** Closes every object but those that are one of several descriptions of the same value. */
    private void close(ObjectNode whole) {
        Set<String> shared = new HashSet<>();
        shared(whole, false, shared);
        close(whole, false);
        for (Map.Entry<String, JsonNode> definition : whole.path("$defs").properties()) {
            close(definition.getValue(), shared.contains(definition.getKey()));
        }
    }

    private static void shared(JsonNode node, boolean inPlace, Set<String> shared) {
        if (inPlace && node.path("$ref").isString()) {
            shared.add(node.path("$ref").stringValue().substring(DEFINITIONS.length()));
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            boolean same = IN_PLACE.contains(member.getKey());
            List<JsonNode> parts =
                    member.getValue().isArray() ? List.copyOf(member.getValue().values()) : List.of(member.getValue());
            parts.forEach(part -> shared(part, same, shared));
        }
    }

    private static void close(JsonNode node, boolean inPlace) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !inPlace
                && !object.has("additionalProperties")
                && !object.has("unevaluatedProperties")
                && !object.has("$ref")
                && IN_PLACE.stream().noneMatch(object::has)) {
            object.put("additionalProperties", false);
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (MAPS.contains(member.getKey())) {
                member.getValue().forEach(property -> close(property, false));
            } else if (SCHEMAS.contains(member.getKey())) {
                close(member.getValue(), IN_PLACE.contains(member.getKey()));
            } else if (LISTS.contains(member.getKey())) {
                member.getValue().forEach(part -> close(part, IN_PLACE.contains(member.getKey())));
            }
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
