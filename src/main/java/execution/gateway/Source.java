package execution.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal.FieldError;
import tenancy.Target;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Where a part of a request comes from: a target field, one argument, or all arguments. */
sealed interface Source {

    /** JSON pointer into the envelope, for errors. */
    String pointer();

    /** The value; null if the envelope has none. */
    @Nullable
    JsonNode in(Target target, JsonNode arguments);

    record OfTarget(String field) implements Source {
        @Override
        public String pointer() {
            return CanonicalJson.below("/target", field);
        }

        @Override
        public @Nullable JsonNode in(Target target, JsonNode arguments) {
            String value = target.fields().get(field);
            return value == null ? null : JsonNodeFactory.instance.stringNode(value);
        }
    }

    record OfArgument(String name) implements Source {
        @Override
        public String pointer() {
            return CanonicalJson.below("/arguments", name);
        }

        @Override
        public @Nullable JsonNode in(Target target, JsonNode arguments) {
            return arguments.get(name);
        }
    }

    record AllArguments() implements Source {
        @Override
        public String pointer() {
            return "/arguments";
        }

        @Override
        public JsonNode in(Target target, JsonNode arguments) {
            return arguments;
        }
    }

    /**
     * Reads {@code target.<field>}, {@code arguments.<name>}, {@code arguments}, or a bare name, which is a target
     * field if the target's schema has it, else an argument.
     */
    static Source read(
            String words, JsonNode targetSchema, JsonNode argumentSchema, String at, List<FieldError> faults) {
        if (words.equals("arguments")) {
            return new AllArguments();
        }
        boolean inTarget = words.startsWith("target.");
        boolean inArguments = words.startsWith("arguments.");
        String name = inTarget ? words.substring(7) : inArguments ? words.substring(10) : words;
        if (!inArguments && targetSchema.path("properties").has(name)) {
            return new OfTarget(name);
        }
        if (inTarget || !argumentSchema.path("properties").has(name)) {
            faults.add(new FieldError(at, "source", "must name a property of the target's or arguments' schema"));
        }
        return new OfArgument(name);
    }
}
