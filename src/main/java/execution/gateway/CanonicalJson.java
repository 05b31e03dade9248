package execution.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Map;
import org.erdtman.jcs.NumberToJSON;
import tenancy.InvalidField;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON in its one canonical spelling (RFC 8785), so that equal values have equal bytes.
 *
 * <p>Written from the tree that was validated: the library's own canonicaliser would parse the text a second time. Its
 * number formatting is what is used. Numbers that a double cannot hold are refused, not rounded: a record id that is
 * silently off by one is another record.
 */
public final class CanonicalJson {

    static final int DEEPEST = 64;

    private static final long LARGEST_SAFE = 1L << 53;
    private static final int MOST_DIGITS = 17;
    private static final String HEX = "0123456789abcdef";

    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(400)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private CanonicalJson() {}

    /** Reads strictly: no duplicate names, nothing after the value, bounded depth. */
    static JsonNode read(String json, String pointer) {
        try {
            JsonNode read = STRICT.readTree(json);
            if (!read.isMissingNode()) {
                return read;
            }
        } catch (JacksonException malformed) {
            throw notJson(pointer);
        }
        throw notJson(pointer);
    }

    private static InvalidField notJson(String pointer) {
        return new InvalidField(
                pointer, "json", "must be one JSON value without duplicate names, at most " + DEEPEST + " levels deep");
    }

    /** SHA-256 over the canonical spelling, lower-case hex. */
    public static String digest(JsonNode value) {
        return Sha256.of(write(value, ""));
    }

    static String write(JsonNode value, String pointer) {
        StringBuilder out = new StringBuilder(128);
        write(value, Where.at(pointer), out);
        return out.toString();
    }

    private static void write(JsonNode value, Where at, StringBuilder out) {
        switch (value.getNodeType()) {
            case OBJECT -> object(value, at, out);
            case ARRAY -> array(value, at, out);
            case STRING -> string(value.stringValue(), at, out);
            case NUMBER -> number(value, at, out);
            case BOOLEAN -> out.append(value.booleanValue());
            case NULL -> out.append("null");
            case BINARY, MISSING, POJO -> throw new IllegalArgumentException("not JSON: " + value.getNodeType());
        }
    }

    private static void object(JsonNode object, Where at, StringBuilder out) {
        out.append('{');
        if (object.size() == 1) {
            member(object.properties().iterator().next(), at, out);
        } else if (object.size() > 1) {
            @SuppressWarnings("unchecked") // an array of a generic type
            Map.Entry<String, JsonNode>[] members = object.properties().toArray(new Map.Entry[0]);
            // String order is UTF-16 code unit order, which is what RFC 8785 sorts by.
            Arrays.sort(members, Map.Entry.comparingByKey());
            for (int i = 0; i < members.length; i++) {
                if (i > 0) {
                    out.append(',');
                }
                member(members[i], at, out);
            }
        }
        out.append('}');
    }

    private static void member(Map.Entry<String, JsonNode> member, Where at, StringBuilder out) {
        string(member.getKey(), at, out);
        out.append(':');
        JsonNode value = member.getValue();
        write(value, at.member(member.getKey()), out);
    }

    private static void array(JsonNode array, Where at, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < array.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            write(array.get(i), at.item(i), out);
        }
        out.append(']');
    }

    private static void number(JsonNode number, Where at, StringBuilder out) {
        if (number.isInt() || number.isLong()) {
            long exact = number.longValue();
            if (exact >= -LARGEST_SAFE && exact <= LARGEST_SAFE) {
                out.append(exact);
                return;
            }
            throw notExact(at);
        }
        if (number.isIntegralNumber()) {
            throw notExact(at);
        }
        BigDecimal asSent = number.decimalValue();
        double nearest = asSent.doubleValue();
        if (!Double.isFinite(nearest)) {
            throw notExact(at);
        }
        if (asSent.precision() > MOST_DIGITS && asSent.stripTrailingZeros().precision() > MOST_DIGITS) {
            throw notExact(at);
        }
        try {
            out.append(NumberToJSON.serializeNumber(nearest));
        } catch (IOException notFinite) {
            throw new UncheckedIOException(notFinite);
        }
    }

    private static InvalidField notExact(Where at) {
        return new InvalidField(
                at.pointer(),
                "number_not_exact",
                "must be a number that a double holds exactly; send others as strings");
    }

    private static void string(String text, Where at, StringBuilder out) {
        out.append('"');
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                    continue;
                }
                throw new InvalidField(at.pointer(), "lone_surrogate", "must be valid Unicode");
            }
            out.append(text, copied, i);
            escape(c, out);
            copied = i + 1;
        }
        out.append(text, copied, text.length()).append('"');
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
        }
    }

    /** A JSON pointer (RFC 6901) to a member of what {@code pointer} points to. */
    static String below(String pointer, String name) {
        if (name.indexOf('~') < 0 && name.indexOf('/') < 0) {
            return pointer + "/" + name;
        }
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
