package execution.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal.FieldError;
import tenancy.Target;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What undoes an operation: another one of the same connector. Its target and arguments are taken from the request that
 * had the effect and from what the target answered to it.
 */
public final class Compensation {

    private static final String RESULT = "result.";

    private final String operation;
    private final Map<String, Origin> target;
    private final Map<String, Origin> arguments;

    private Compensation(String operation, Map<String, Origin> target, Map<String, Origin> arguments) {
        this.operation = operation;
        this.target = Map.copyOf(target);
        this.arguments = Map.copyOf(arguments);
    }

    /** Where one value comes from: what was asked for, or what was answered. */
    private sealed interface Origin {

        @Nullable
        JsonNode in(Target target, JsonNode arguments, JsonNode result);

        record Asked(Source source) implements Origin {
            @Override
            public @Nullable JsonNode in(Target target, JsonNode arguments, JsonNode result) {
                return source.in(target, arguments);
            }
        }

        record Answered(JsonPointer pointer) implements Origin {
            @Override
            public @Nullable JsonNode in(Target target, JsonNode arguments, JsonNode result) {
                JsonNode found = result.at(pointer);
                return found.isMissingNode() ? null : found;
            }
        }
    }

    /**
     * The call that undoes one effect.
     *
     * @param arguments JSON; not yet checked against that operation's schema
     */
    public record Undo(String operation, Target target, String arguments) {}

    static Compensation read(
            JsonNode compensation, JsonNode targetSchema, JsonNode argumentSchema, String at, List<FieldError> faults) {
        return new Compensation(
                compensation.path("operation").stringValue(),
                origins(compensation.path("target"), targetSchema, argumentSchema, at + "/target", faults),
                origins(compensation.path("arguments"), targetSchema, argumentSchema, at + "/arguments", faults));
    }

    private static Map<String, Origin> origins(
            JsonNode named, JsonNode targetSchema, JsonNode argumentSchema, String at, List<FieldError> faults) {
        Map<String, Origin> origins = new HashMap<>();
        named.properties().forEach(entry -> {
            String words = entry.getValue().stringValue();
            origins.put(
                    entry.getKey(),
                    words.startsWith(RESULT)
                            ? new Origin.Answered(JsonPointer.compile(
                                    "/" + words.substring(RESULT.length()).replace('.', '/')))
                            : new Origin.Asked(Source.read(
                                    words,
                                    targetSchema,
                                    argumentSchema,
                                    CanonicalJson.below(at, entry.getKey()),
                                    faults)));
        });
        return origins;
    }

    public String operation() {
        return operation;
    }

    /**
     * What would undo this effect. What neither request nor answer says is left out; the operation's own schema says
     * whether it can do without.
     *
     * @param given canonical JSON of the arguments that had the effect
     * @param result what the target answered, JSON
     */
    public Undo of(String system, Map<String, String> aimedAt, String given, String result) {
        Target target = new Target(system, aimedAt);
        JsonNode asked = CanonicalJson.read(given, "/arguments");
        JsonNode answered = CanonicalJson.read(result, "/result");
        Map<String, String> fields = new HashMap<>();
        this.target.forEach((name, origin) -> {
            JsonNode value = origin.in(target, asked, answered);
            if (value != null && value.isValueNode() && !value.isNull()) {
                fields.put(name, value.asString());
            }
        });
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        arguments.forEach((name, origin) -> {
            JsonNode value = origin.in(target, asked, answered);
            if (value != null) {
                made.set(name, value);
            }
        });
        return new Undo(operation, new Target(system, fields), made.toString());
    }
}
