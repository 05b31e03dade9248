package execution.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;
import tenancy.Target;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How to look whether an effect is there: a read of the same system, and what it shows if the effect is.
 *
 * @param operation the read's name
 * @param target where each of its target fields comes from
 * @param arguments where each of its arguments comes from
 * @param always whether to look after every call, and not only when there is doubt
 */
record Probe(
        String operation,
        Map<String, Source> target,
        Map<String, Source> arguments,
        List<Expectation> expected,
        boolean always) {

    Probe {
        target = Map.copyOf(target);
        arguments = Map.copyOf(arguments);
        expected = List.copyOf(expected);
    }

    /**
     * One place of the read's answer, and what is there after the effect.
     *
     * @param source what of the action's own request is expected; absent where it is always the same
     */
    record Expectation(
            JsonPointer pointer,
            @Nullable Source source,
            @Nullable JsonNode constant) {

        /** The value; null if the action did not say it, and so did not change it. */
        @Nullable
        JsonNode value(Target aimedAt, JsonNode arguments) {
            return source == null ? constant : source.in(aimedAt, arguments);
        }
    }

    /** The read's target, made from the action's. */
    Target aim(Target aimedAt, JsonNode given) {
        Map<String, String> fields = new HashMap<>();
        target.forEach((name, source) -> {
            JsonNode value = source.in(aimedAt, given);
            if (value != null && !value.isValueNode()) {
                throw new InvalidField("/target/" + name, "text", "must be one value");
            }
            if (value != null) {
                fields.put(name, value.asString());
            }
        });
        return new Target(aimedAt.system(), fields);
    }

    /** The read's arguments as JSON. */
    String ask(Target aimedAt, JsonNode given) {
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        arguments.forEach((name, source) -> {
            JsonNode value = source.in(aimedAt, given);
            if (value != null) {
                asked.set(name, value);
            }
        });
        return asked.toString();
    }

    /** What the read's answer says; an answer without the places that are asked for says nothing. */
    Levels.Verified judge(JsonNode answer, Target aimedAt, JsonNode given) {
        boolean compared = false;
        boolean same = true;
        for (Expectation one : expected) {
            JsonNode wanted = one.value(aimedAt, given);
            if (wanted == null) {
                continue;
            }
            JsonNode found = answer.at(one.pointer());
            if (found.isMissingNode()) {
                return Levels.Verified.PROBE_FAILED;
            }
            compared = true;
            same &= equal(wanted, found);
        }
        if (!compared) {
            return Levels.Verified.PROBE_FAILED;
        }
        return same ? Levels.Verified.VERIFIED : Levels.Verified.REFUTED;
    }

    /** Numbers by value: {@code 5} and {@code 5.0} are one. */
    private static boolean equal(JsonNode wanted, JsonNode found) {
        if (wanted.isNumber() && found.isNumber()) {
            return wanted.decimalValue().compareTo(found.decimalValue()) == 0;
        }
        return wanted.equals(found);
    }
}
