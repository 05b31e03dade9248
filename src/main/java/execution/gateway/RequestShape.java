package execution.gateway;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal.FieldError;
import tenancy.Target;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How target fields and arguments become a request. Values are percent-encoded and can never add a path segment, leave
 * one, or start a query: the shape of the request is the connector's alone.
 *
 * @param query name and source; null where the arguments that the path does not use are the query
 * @param body name and source; null where all arguments are the body
 */
record RequestShape(
        String method,
        List<Part> path,
        @Nullable Map<String, Source> query,
        @Nullable Map<String, Source> body) {

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    private static final int LONGEST_VALUE = 1_024;
    private static final int MOST_URI = 8_000;
    private static final String HEX = "0123456789ABCDEF";

    /** Literal text, already in its place in a URI, or a value. */
    sealed interface Part {
        record Literal(String text) implements Part {}

        record Value(Source source) implements Part {}
    }

    /** @param pathAndQuery percent-encoded, starts with {@code /} */
    record Request(
            String method, String pathAndQuery, @Nullable String body) {}

    boolean sendsBody() {
        return WITH_BODY.contains(method);
    }

    /**
     * Makes the request.
     *
     * @param canonical the arguments as canonical JSON
     * @param faults what is wrong with the values is added here; the request is then not to be sent
     */
    Request request(Target target, JsonNode arguments, String canonical, List<FieldError> faults) {
        StringBuilder uri = new StringBuilder(64);
        for (Part part : path) {
            switch (part) {
                case Part.Literal literal -> uri.append(literal.text());
                case Part.Value value -> segment(value.source(), target, arguments, uri, faults);
            }
        }
        appendQuery(target, arguments, uri, faults);
        return new Request(method, uri.toString(), sendsBody() ? body(target, arguments, canonical) : null);
    }

    private static void segment(
            Source source, Target target, JsonNode arguments, StringBuilder uri, List<FieldError> faults) {
        JsonNode value = source.in(target, arguments);
        String text = value == null || !scalar(value) ? "" : value.asString();
        if (text.isEmpty() || text.length() > LONGEST_VALUE || !staysInSegment(text)) {
            faults.add(new FieldError(
                    source.pointer(),
                    "path_segment",
                    "must be 1 to " + LONGEST_VALUE
                            + " characters, without '/', '\\' or control characters, not only dots"));
            return;
        }
        encode(text, uri);
    }

    /** Encoded or not: some servers decode {@code %2F} before they resolve dots. */
    private static boolean staysInSegment(String text) {
        boolean onlyDots = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == '\\' || Character.isISOControl(c)) {
                return false;
            }
            onlyDots &= c == '.';
        }
        return !onlyDots;
    }

    private void appendQuery(Target target, JsonNode arguments, StringBuilder uri, List<FieldError> faults) {
        if (query != null) {
            query.forEach(
                    (name, source) -> parameters(name, source.in(target, arguments), source.pointer(), uri, faults));
        } else if (!sendsBody()) {
            Set<String> used = new HashSet<>();
            for (Part part : path) {
                if (part instanceof Part.Value value && value.source() instanceof Source.OfArgument argument) {
                    used.add(argument.name());
                }
            }
            arguments.properties().stream()
                    .filter(argument -> !used.contains(argument.getKey()))
                    .forEach(argument -> parameters(
                            argument.getKey(),
                            argument.getValue(),
                            CanonicalJson.below("/arguments", argument.getKey()),
                            uri,
                            faults));
        }
    }

    private static void parameters(
            String name, @Nullable JsonNode value, String pointer, StringBuilder uri, List<FieldError> faults) {
        if (value == null || value.isNull()) {
            return;
        }
        List<JsonNode> values = value.isArray() ? List.copyOf(value.values()) : List.of(value);
        for (JsonNode one : values) {
            if (!scalar(one) || uri.length() > MOST_URI) {
                faults.add(new FieldError(
                        pointer, "query_value", "must be short text, a number, a boolean or a list of them"));
                return;
            }
            uri.append(uri.indexOf("?") < 0 ? '?' : '&');
            encode(name, uri);
            uri.append('=');
            encode(one.asString(), uri);
        }
    }

    private @Nullable String body(Target target, JsonNode arguments, String canonical) {
        if (body == null) {
            return canonical;
        }
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        body.forEach((name, source) -> {
            JsonNode value = source.in(target, arguments);
            if (value != null) {
                made.set(name, value);
            }
        });
        return CanonicalJson.write(made, "/arguments");
    }

    private static boolean scalar(JsonNode value) {
        return value.isString() || value.isNumber() || value.isBoolean();
    }

    /** Percent-encodes all but the unreserved characters of RFC 3986. */
    private static void encode(String text, StringBuilder out) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= '0' && b <= '9'
                    || b >= 'A' && b <= 'Z'
                    || b >= 'a' && b <= 'z'
                    || b == '-'
                    || b == '.'
                    || b == '_'
                    || b == '~') {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt(b >> 4 & 0xf)).append(HEX.charAt(b & 0xf));
            }
        }
    }
}
