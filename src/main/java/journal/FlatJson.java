package journal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Metadata is a few short strings, and written with every event: spelled out here at a fraction of a mapper's cost. */
final class FlatJson {

    private static final String HEX = "0123456789abcdef";

    private FlatJson() {}

    /** A JSON object of these strings; empty if a value is anything else. */
    static Optional<byte[]> of(Map<String, ?> values) {
        var json = new StringBuilder(256).append('{');
        for (Map.Entry<String, ?> entry : values.entrySet()) {
            if (!(entry.getValue() instanceof String value)) {
                return Optional.empty();
            }
            if (json.length() > 1) {
                json.append(',');
            }
            quote(json, entry.getKey());
            json.append(':');
            quote(json, value);
        }
        return Optional.of(json.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
