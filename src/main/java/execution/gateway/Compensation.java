package execution.gateway;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal.FieldError;
import tenancy.Target;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What undoes an operation: another one of the same connector. Its target and arguments are taken from the request that
 * had the effect, from what the target answered to it, and from what was read there before.
 */
public final class Compensation {

    private static final String RESULT = "result.";
    private static final String PRIOR = "prior.";

    private final String operation;
    private final Map<String, Origin> target;
    private final Map<String, Origin> arguments;
    private final @Nullable Looked before;

    private Compensation(
            String operation, Map<String, Origin> target, Map<String, Origin> arguments, @Nullable Looked before) {
        this.operation = operation;
        this.target = Map.copyOf(target);
        this.arguments = Map.copyOf(arguments);
        this.before = before;
    }

    /** The read that comes before the effect. */
    private record Looked(String operation, Map<String, Source> target, Map<String, Source> arguments) {}

    /** Where one value comes from: what was asked for, what was answered, or what was there before. */
    private sealed interface Origin {

        @Nullable
        JsonNode in(Target target, JsonNode arguments, JsonNode result, JsonNode prior);

        record Asked(Source source) implements Origin {
            @Override
            public @Nullable JsonNode in(Target target, JsonNode arguments, JsonNode result, JsonNode prior) {
                return source.in(target, arguments);
            }
        }

        record Answered(JsonPointer pointer) implements Origin {
            @Override
            public @Nullable JsonNode in(Target target, JsonNode arguments, JsonNode result, JsonNode prior) {
                return there(result, pointer);
            }
        }

        record Before(JsonPointer pointer) implements Origin {
            @Override
            public @Nullable JsonNode in(Target target, JsonNode arguments, JsonNode result, JsonNode prior) {
                return there(prior, pointer);
            }
        }
    }

    private static @Nullable JsonNode there(JsonNode in, JsonPointer pointer) {
        JsonNode found = in.at(pointer);
        return found.isMissingNode() ? null : found;
    }

    /**
     * The call that undoes one effect.
     *
     * @param arguments JSON; not yet checked against that operation's schema
     */
    public record Undo(String operation, Target target, String arguments) {}

    /**
     * A call that only reads.
     *
     * @param arguments JSON; not yet checked against that operation's schema
     */
    public record Read(String operation, Target target, String arguments) {}

    static Compensation read(
            JsonNode compensation, JsonNode targetSchema, JsonNode argumentSchema, String at, List<FieldError> faults) {
        var reader = new Reader(compensation.has("before"), targetSchema, argumentSchema, faults);
        JsonNode before = compensation.path("before");
        return new Compensation(
                compensation.path("operation").stringValue(),
                reader.origins(compensation.path("target"), at + "/target"),
                reader.origins(compensation.path("arguments"), at + "/arguments"),
                before.isMissingNode()
                        ? null
                        : new Looked(
                                before.path("operation").stringValue(),
                                reader.sources(before.path("target"), at + "/before/target"),
                                reader.sources(before.path("arguments"), at + "/before/arguments")));
    }

    /** @param looked whether there is a read before the effect */
    private record Reader(boolean looked, JsonNode targetSchema, JsonNode argumentSchema, List<FieldError> faults) {

        Map<String, Source> sources(JsonNode named, String at) {
            Map<String, Source> sources = new HashMap<>();
            named.properties()
                    .forEach(entry -> sources.put(
                            entry.getKey(),
                            source(entry.getValue().stringValue(), CanonicalJson.below(at, entry.getKey()))));
            return sources;
        }

        Map<String, Origin> origins(JsonNode named, String at) {
            Map<String, Origin> origins = new HashMap<>();
            named.properties()
                    .forEach(entry -> origins.put(
                            entry.getKey(),
                            origin(entry.getValue().stringValue(), CanonicalJson.below(at, entry.getKey()))));
            return origins;
        }

        private Origin origin(String words, String at) {
            if (words.startsWith(RESULT)) {
                return new Origin.Answered(pointer(words.substring(RESULT.length())));
            }
            if (words.startsWith(PRIOR)) {
                if (!looked) {
                    faults.add(new FieldError(
                            at, "before", "needs before: the read that shows what is there before the effect"));
                }
                return new Origin.Before(pointer(words.substring(PRIOR.length())));
            }
            return new Origin.Asked(source(words, at));
        }

        private Source source(String words, String at) {
            return Source.read(words, targetSchema, argumentSchema, at, faults);
        }

        private static JsonPointer pointer(String dotted) {
            return JsonPointer.compile("/" + dotted.replace('.', '/'));
        }
    }

    public String operation() {
        return operation;
    }

    /**
     * What has to be read before the effect; null if nothing has.
     *
     * @param given canonical JSON of the arguments that are to have the effect
     */
    public @Nullable Read before(Target aimedAt, String given) {
        if (before == null) {
            return null;
        }
        JsonNode asked = CanonicalJson.read(given, "/arguments");
        Map<String, String> fields = new HashMap<>();
        before.target().forEach((name, source) -> {
            JsonNode value = source.in(aimedAt, asked);
            if (value != null && value.isValueNode() && !value.isNull()) {
                fields.put(name, value.asString());
            }
        });
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        before.arguments().forEach((name, source) -> {
            JsonNode value = source.in(aimedAt, asked);
            if (value != null) {
                made.set(name, value);
            }
        });
        return new Read(before.operation(), new Target(aimedAt.system(), fields), made.toString());
    }

    /** Whether it is made of what the target answered. */
    public boolean needsResult() {
        return origins().anyMatch(Origin.Answered.class::isInstance);
    }

    /** Whether it is made of what was there before. */
    public boolean needsPrior() {
        return origins().anyMatch(Origin.Before.class::isInstance);
    }

    private Stream<Origin> origins() {
        return Stream.concat(target.values().stream(), arguments.values().stream());
    }

    /**
     * Of what was there before the effect of this operation, only what undoes it is made of.
     *
     * @param found what the read answered, JSON
     * @return JSON
     */
    public static String kept(Operation operation, String found) {
        Compensation compensation = operation.compensation();
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        if (compensation != null) {
            JsonNode answered = CanonicalJson.read(found, "/prior");
            // In one order, whatever that of a map's entries is: a digest is made of it.
            compensation
                    .origins()
                    .filter(Origin.Before.class::isInstance)
                    .map(origin -> ((Origin.Before) origin).pointer())
                    .sorted(Comparator.comparing(JsonPointer::toString))
                    .forEach(pointer -> keep(kept, answered, pointer));
        }
        return kept.toString();
    }

    /** Puts what is there in the same place: names of objects all the way. */
    private static void keep(ObjectNode kept, JsonNode answered, JsonPointer pointer) {
        ObjectNode in = kept;
        JsonNode at = answered;
        for (JsonPointer rest = pointer; at.isObject(); rest = rest.tail()) {
            String name = rest.getMatchingProperty();
            JsonNode found = at.get(name);
            if (found == null) {
                return;
            }
            if (rest.tail().matches()) {
                in.set(name, found);
                return;
            }
            in = in.get(name) instanceof ObjectNode there ? there : in.putObject(name);
            at = found;
        }
    }

    /**
     * What would undo this effect. What neither request nor answer says is left out; the operation's own schema says
     * whether it can do without.
     *
     * @param given canonical JSON of the arguments that had the effect
     * @param result what the target answered, JSON; {@code null} where nothing is known of it
     * @param prior what was there before, JSON; {@code null} where nothing is known of it
     */
    public Undo of(String system, Map<String, String> aimedAt, String given, String result, String prior) {
        Target target = new Target(system, aimedAt);
        JsonNode asked = CanonicalJson.read(given, "/arguments");
        JsonNode answered = CanonicalJson.read(result, "/result");
        JsonNode before = CanonicalJson.read(prior, "/prior");
        Map<String, String> fields = new HashMap<>();
        this.target.forEach((name, origin) -> {
            JsonNode value = origin.in(target, asked, answered, before);
            if (value != null && value.isValueNode() && !value.isNull()) {
                fields.put(name, value.asString());
            }
        });
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        arguments.forEach((name, origin) -> {
            JsonNode value = origin.in(target, asked, answered, before);
            if (value != null) {
                made.set(name, value);
            }
        });
        return new Undo(operation, new Target(system, fields), made.toString());
    }
}
