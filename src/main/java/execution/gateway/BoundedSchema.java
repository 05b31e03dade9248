package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.re2j.Pattern;
import com.networknt.schema.Error;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.PathType;
import com.networknt.schema.regex.RegularExpression;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema (2020-12) written by a tenant, compiled so that checking a value takes a bounded {@link Effort}: no
 * reference leaves the schema, and expressions are matched in linear time (RE2).
 */
final class BoundedSchema {

    private static final int LARGEST_SCHEMA = 32 * 1024;
    private static final int MOST_ERRORS = 20;

    /** Values below these are data, not schemas. */
    private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef");

    private static final Set<String> APPLICATORS =
            Set.of("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012())
                    .formats(formats -> formats.replaceAll(Formats::bounded))
                    .vocabularyRegistry(Weighed::vocabulary)
                    .build(),
            registry -> registry.schemaCacheEnabled(false)
                    .schemaLoader(loader -> loader.fetchRemoteResources(false))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .locale(Locale.ENGLISH)
                            .pathType(PathType.JSON_POINTER)
                            .preloadSchema(true)
                            .regularExpressionFactory(BoundedSchema::linear)
                            .build()));

    private static final BoundedSchema META_SCHEMA = new BoundedSchema(
            REGISTRY.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId())));

    /**
     * Equal schemas of whatever tenants, compiled once: most connectors come from one catalogue, or from one document, and
     * a compiled schema takes far more room than its text. It holds nothing of a tenant but what the text says.
     */
    private static final Cache<JsonNode, BoundedSchema> IN_USE =
            Caffeine.newBuilder().executor(Runnable::run).weakValues().build();

    private final Schema schema;

    private BoundedSchema(Schema schema) {
        this.schema = schema;
    }

    /** Compiles a schema of our own. */
    static BoundedSchema trusted(JsonNode schema) {
        return new BoundedSchema(REGISTRY.getSchema(schema));
    }

    /**
     * Compiles a schema.
     *
     * @param pointer where it stands in the document
     * @param expressions of the document it stands in
     * @param faults what is wrong with it is added here
     * @return the compiled schema; one that accepts nothing if anything is wrong
     */
    static BoundedSchema compile(JsonNode schema, String pointer, Expressions expressions, List<FieldError> faults) {
        int before = faults.size();
        if (schema.toString().length() > LARGEST_SCHEMA) {
            faults.add(new FieldError(pointer, "size", "must be at most " + LARGEST_SCHEMA + " characters"));
        } else {
            inspect(schema, pointer, expressions, faults);
        }
        BoundedSchema inUse = faults.size() == before ? IN_USE.getIfPresent(schema) : null;
        if (inUse != null) {
            return inUse;
        }
        if (faults.size() == before) {
            faults.addAll(META_SCHEMA.check(schema, pointer));
        }
        if (faults.size() == before) {
            try {
                BoundedSchema compiled = new BoundedSchema(REGISTRY.getSchema(schema));
                // Shows references that lead nowhere or round in a circle now, not with the first action.
                compiled.found(Effort.MOST, JsonNodeFactory.instance.objectNode());
                return IN_USE.get(schema.deepCopy(), isNew -> compiled);
            } catch (SchemaException | ValidationLimitExceededException unusable) {
                faults.add(
                        new FieldError(pointer, "schema", "has a reference that leads nowhere or round in a circle"));
            }
        }
        return new BoundedSchema(REGISTRY.getSchema(JsonNodeFactory.instance.booleanNode(false)));
    }

    /** The schema of an object, closed: what it does not mention is denied. A schema that says otherwise stands. */
    static JsonNode closed(JsonNode schema) {
        if (!(schema instanceof ObjectNode open)
                || open.has("additionalProperties")
                || open.has("unevaluatedProperties")) {
            return schema;
        }
        ObjectNode closed = open.deepCopy();
        // Only the dearer keyword sees what was allowed by a schema that is applied in place.
        boolean composed = APPLICATORS.stream().anyMatch(open::has);
        closed.put(composed ? "unevaluatedProperties" : "additionalProperties", false);
        return closed;
    }

    /**
     * Checks a value of a tenant's; the errors' pointers start with {@code pointer}. Never repeats the value. What takes
     * longer than a moment waits for the tenant's turn.
     */
    List<FieldError> check(TenantId tenant, JsonNode value, String pointer) {
        try {
            return told(found(Effort.SMALL, value), pointer);
        } catch (ValidationLimitExceededException takesLonger) {
            return LongWork.of(tenant, () -> check(value, pointer));
        }
    }

    /** Checks a value, however long it takes. */
    List<FieldError> check(JsonNode value, String pointer) {
        try {
            return told(found(Effort.MOST, value), pointer);
        } catch (ValidationLimitExceededException tooMuch) {
            return List.of(new FieldError(pointer, "too_complex", "takes too many steps to check"));
        }
    }

    private List<Error> found(long most, JsonNode value) {
        return Effort.of(most, effort -> schema.validate(effort, value, OutputFormat.DEFAULT));
    }

    private static List<FieldError> told(List<Error> found, String pointer) {
        return found.stream()
                .limit(MOST_ERRORS)
                .map(error -> new FieldError(pointer(error, pointer), error.getKeyword(), error.getMessage()))
                .toList();
    }

    private static String pointer(Error error, String pointer) {
        String at = pointer + error.getInstanceLocation();
        String property = error.getProperty();
        return property == null ? at : CanonicalJson.below(at, property);
    }

    /** Finds what could make the schema reach out or take too long. */
    private static void inspect(JsonNode schema, String pointer, Expressions expressions, List<FieldError> faults) {
        if (schema.isArray()) {
            for (int i = 0; i < schema.size(); i++) {
                inspect(schema.get(i), pointer + "/" + i, expressions, faults);
            }
        }
        for (Map.Entry<String, JsonNode> member : schema.properties()) {
            String keyword = member.getKey();
            JsonNode value = member.getValue();
            String at = CanonicalJson.below(pointer, keyword);
            if (value.isString()) {
                keyword(keyword, value.stringValue(), at, expressions, faults);
            } else if (keyword.equals("patternProperties")) {
                value.propertyNames().forEach(name -> expressions.check(name, CanonicalJson.below(at, name), faults));
            }
            if (!DATA.contains(keyword)) {
                inspect(value, at, expressions, faults);
            }
        }
    }

    private static void keyword(
            String keyword, String value, String at, Expressions expressions, List<FieldError> faults) {
        if (REFERENCES.contains(keyword) && !value.startsWith("#")) {
            faults.add(new FieldError(at, "reference", "must stay within this schema: start with #"));
        } else if (keyword.equals("$id") || keyword.equals("$recursiveRef")) {
            faults.add(new FieldError(at, "reference", "is not supported here"));
        } else if (keyword.equals("$schema")
                && !value.equals(Dialects.getDraft202012().getId())) {
            faults.add(new FieldError(
                    at, "dialect", "must be " + Dialects.getDraft202012().getId()));
        } else if (keyword.equals("pattern")) {
            expressions.check(value, at, faults);
        } else if (keyword.equals("format") && !Formats.names().contains(value)) {
            List<String> known = new ArrayList<>(Formats.names());
            known.sort(null);
            faults.add(new FieldError(at, "format", "must be one of " + String.join(", ", known)));
        }
    }

    private static RegularExpression linear(String expression) {
        Pattern compiled = Pattern.compile(expression);
        return text -> Effort.finds(compiled, text);
    }
}
