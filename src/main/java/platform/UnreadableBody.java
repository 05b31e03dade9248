package platform;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tenancy.Refusal;
import tenancy.Refusal.FieldError;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** What is wrong with a body, and where: never a class name, never the value itself. */
final class UnreadableBody {

    private static final int LONGEST_POINTER = 512;

    private UnreadableBody() {}

    static Problem problem(HttpMessageNotReadableException unreadable) {
        return unreadable.getCause() instanceof JacksonException json
                ? problem(json)
                : Problem.invalid("", "required", "must be JSON in UTF-8");
    }

    private static Problem problem(JacksonException json) {
        String pointer = pointer(json);
        return switch (json) {
            case UnrecognizedPropertyException unknown ->
                Problem.invalid(pointer, "unknown_field", "is not known here");
            case InvalidNullException missing -> Problem.invalid(pointer, "required", "must be there and not null");
            case UncleanText unclean ->
                Problem.invalid(pointer, "control_character", "must not hold control characters or broken surrogates");
            case ValueInstantiationException refused -> instantiation(refused, pointer);
            case InvalidFormatException format
            when format.getTargetType() != null && format.getTargetType().isEnum() ->
                Problem.invalid(pointer, "unknown_value", "must be one of " + values(format.getTargetType()));
            case MismatchedInputException trailing
            when says(trailing, "Trailing token") ->
                Problem.invalid("", "malformed", "must be one JSON value and nothing after it");
            case MismatchedInputException mismatch ->
                Problem.invalid(pointer, "wrong_type", "must be " + expected(mismatch.getTargetType()));
            case StreamConstraintsException tooMuch
            when says(tooMuch, "Document nesting depth") ->
                Problem.invalid(pointer, "too_deep", "is nested deeper than 32 levels");
            case StreamConstraintsException tooMuch ->
                Problem.invalid(pointer, "too_long", "holds a name, number or text that is too long");
            case StreamReadException twice
            when says(twice, "Duplicate ") -> Problem.invalid(pointer, "duplicate_key", "is there twice");
            default -> Problem.invalid(pointer, "malformed", "is not well-formed JSON in UTF-8" + place(json));
        };
    }

    /** A value's own constructor may have refused it, and then knows better than we do what is wrong. */
    private static Problem instantiation(ValueInstantiationException thrown, String pointer) {
        if (!(thrown.getCause() instanceof Refusal refusal)) {
            return Problem.invalid(pointer, "wrong_value", "is not allowed");
        }
        var problem = Problem.of(refusal);
        return new Problem(
                problem.status(),
                problem.code(),
                problem.detail(),
                problem.fields().stream().map(field -> below(pointer, field)).toList(),
                problem.headers(),
                problem.cause());
    }

    /** The value names its field by itself or by its place in the body: either way the answer has the whole pointer. */
    private static FieldError below(String place, FieldError field) {
        String named = field.pointer();
        String pointer = named.startsWith(place) ? named : place.endsWith(named) ? place : place + named;
        return new FieldError(pointer, field.rule(), field.detail());
    }

    /** Jackson has no types for these; the tests notice if an update words them anew. */
    private static boolean says(JacksonException json, String beginning) {
        return String.valueOf(json.getOriginalMessage()).startsWith(beginning);
    }

    private static String pointer(JacksonException json) {
        String pointer = json.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "/" + step.getIndex() : "/" + escaped(step.getPropertyName()))
                .collect(joining());
        if (pointer.isEmpty() && json.processor() instanceof JsonParser parser) {
            pointer = parser.streamReadContext().pathAsPointer().toString();
        }
        return pointer.length() > LONGEST_POINTER ? pointer.substring(0, LONGEST_POINTER) : pointer;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String values(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(value -> value.toString().toLowerCase(Locale.ROOT))
                .collect(joining(", "));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        } else if (CharSequence.class.isAssignableFrom(type)) {
            return "a string";
        } else if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        } else if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return type == double.class || type == Double.class ? "a number" : "a whole number within range";
        } else if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "a list";
        } else if (type.isRecord() || Map.class.isAssignableFrom(type)) {
            return "an object";
        }
        return type.getName().startsWith("java.time") ? "an ISO 8601 string" : "of another type";
    }

    private static String place(JacksonException json) {
        var at = json.getLocation();
        return at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
    }
}
