package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.Format;
import com.networknt.schema.path.PathType;
import com.networknt.schema.regex.RegularExpression;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tenancy.Refusal.FieldError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema (2020-12) written by a tenant, compiled so that checking a value is always cheap: no reference leaves
 * the schema, expressions are matched in linear time (RE2), and evaluation has a limit on steps and depth.
 */
final class BoundedSchema {

    private static final int LARGEST_SCHEMA = 32 * 1024;
    private static final int LONGEST_PATTERN = 256;
    private static final double MOST_REPEATS = 20_000;
    private static final int LARGEST_PROGRAM = 5_000;
    private static final int MOST_ERRORS = 20;
    private static final long MOST_STEPS = 100_000;
    private static final int DEEPEST = 128;

    /** Formats that are checked. Others are refused: they would be words without effect. */
    static final Set<String> FORMATS = Set.of(
            "date",
            "date-time",
            "time",
            "duration",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "uri",
            "uuid",
            "json-pointer");

    /** Values below these are data, not schemas. */
    private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef");

    private static final Set<String> APPLICATORS =
            Set.of("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas");

    private static final java.util.regex.Pattern REPEAT =
            java.util.regex.Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{1,9}))?,?}");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012())
                    .formats(formats -> formats.replaceAll((name, format) -> new ShortFormat(format)))
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

    private static final Schema META_SCHEMA =
            REGISTRY.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));

    private static final ExecutionConfig LIMITS = ExecutionConfig.builder()
            .formatAssertionsEnabled(true)
            .locale(Locale.ENGLISH)
            .maxEvaluationSteps(MOST_STEPS)
            .maxEvaluationDepth(DEEPEST)
            .build();

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
     * @param faults what is wrong with it is added here
     * @return the compiled schema; one that accepts nothing if anything is wrong
     */
    static BoundedSchema compile(JsonNode schema, String pointer, List<FieldError> faults) {
        int before = faults.size();
        if (schema.toString().length() > LARGEST_SCHEMA) {
            faults.add(new FieldError(pointer, "size", "must be at most " + LARGEST_SCHEMA + " characters"));
        } else {
            inspect(schema, pointer, faults);
        }
        BoundedSchema inUse = faults.size() == before ? IN_USE.getIfPresent(schema) : null;
        if (inUse != null) {
            return inUse;
        }
        if (faults.size() == before) {
            faults.addAll(errors(META_SCHEMA, schema, pointer));
        }
        if (faults.size() == before) {
            try {
                BoundedSchema compiled = new BoundedSchema(REGISTRY.getSchema(schema));
                // Shows references that lead nowhere or round in a circle now, not with the first action.
                compiled.schema.validate(
                        JsonNodeFactory.instance.objectNode(), OutputFormat.DEFAULT, BoundedSchema::limit);
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

    /** Checks a value; the errors' pointers start with {@code pointer}. Never repeats the value. */
    List<FieldError> check(JsonNode value, String pointer) {
        return errors(schema, value, pointer);
    }

    private static List<FieldError> errors(Schema schema, JsonNode value, String pointer) {
        List<Error> found;
        try {
            found = schema.validate(value, OutputFormat.DEFAULT, BoundedSchema::limit);
        } catch (ValidationLimitExceededException tooMuch) {
            return List.of(new FieldError(pointer, "too_complex", "takes too many steps to check"));
        }
        if (found.isEmpty()) {
            return List.of();
        }
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

    private static void limit(ExecutionContext context, SchemaContext schema) {
        context.setExecutionConfig(LIMITS);
    }

    /** Finds what could make the schema reach out or take too long. */
    private static void inspect(JsonNode schema, String pointer, List<FieldError> faults) {
        if (schema.isArray()) {
            for (int i = 0; i < schema.size(); i++) {
                inspect(schema.get(i), pointer + "/" + i, faults);
            }
        }
        for (Map.Entry<String, JsonNode> member : schema.properties()) {
            String keyword = member.getKey();
            JsonNode value = member.getValue();
            String at = CanonicalJson.below(pointer, keyword);
            if (value.isString()) {
                keyword(keyword, value.stringValue(), at, faults);
            } else if (keyword.equals("patternProperties")) {
                value.propertyNames().forEach(name -> pattern(name, CanonicalJson.below(at, name), faults));
            }
            if (!DATA.contains(keyword)) {
                inspect(value, at, faults);
            }
        }
    }

    private static void keyword(String keyword, String value, String at, List<FieldError> faults) {
        if (REFERENCES.contains(keyword) && !value.startsWith("#")) {
            faults.add(new FieldError(at, "reference", "must stay within this schema: start with #"));
        } else if (keyword.equals("$id") || keyword.equals("$recursiveRef")) {
            faults.add(new FieldError(at, "reference", "is not supported here"));
        } else if (keyword.equals("$schema")
                && !value.equals(Dialects.getDraft202012().getId())) {
            faults.add(new FieldError(
                    at, "dialect", "must be " + Dialects.getDraft202012().getId()));
        } else if (keyword.equals("pattern")) {
            pattern(value, at, faults);
        } else if (keyword.equals("format") && !FORMATS.contains(value)) {
            List<String> known = new ArrayList<>(FORMATS);
            known.sort(null);
            faults.add(new FieldError(at, "format", "must be one of " + String.join(", ", known)));
        }
    }

    static void pattern(String expression, String at, List<FieldError> faults) {
        if (expression.length() > LONGEST_PATTERN || repeats(expression) > MOST_REPEATS) {
            faults.add(new FieldError(at, "pattern", "is too long or repeats too much"));
            return;
        }
        try {
            if (Pattern.compile(expression).programSize() > LARGEST_PROGRAM) {
                faults.add(new FieldError(at, "pattern", "is too long or repeats too much"));
            }
        } catch (PatternSyntaxException unsupported) {
            faults.add(new FieldError(
                    at, "pattern", "must be an expression that RE2 supports: no look-around, no back references"));
        }
    }

    /** Upper bound of how often a part is repeated: repeats may be nested, and RE2 writes each of them out. */
    private static double repeats(String expression) {
        double product = 1;
        java.util.regex.Matcher counts = REPEAT.matcher(expression);
        while (counts.find()) {
            String most = counts.group(2) == null ? counts.group(1) : counts.group(2);
            product *= Math.max(1, Double.parseDouble(most));
        }
        return product;
    }

    /** The library's formats are recursive expressions: a long value would exhaust the stack. */
    private record ShortFormat(Format format) implements Format {

        private static final int LONGEST = 2_000;

        @Override
        public String getName() {
            return format.getName();
        }

        @Override
        public String getMessageKey() {
            return format.getMessageKey();
        }

        @Override
        public boolean matches(ExecutionContext context, SchemaContext schema, String value) {
            return value.length() <= LONGEST && format.matches(context, schema, value);
        }
    }

    private static RegularExpression linear(String expression) {
        Pattern compiled = Pattern.compile(expression);
        return text -> compiled.matcher(text).find();
    }
}
