package execution;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;

/** The {@code Idempotency-Key} field: a string as structured fields write it (RFC 8941), in double quotes. */
final class IdempotencyKey {

    static final String FIELD = "Idempotency-Key";
    private static final int LONGEST = 255;

    private IdempotencyKey() {}

    /** The key; null if the field was not sent. */
    static @Nullable String of(@Nullable List<String> fieldLines) {
        if (fieldLines == null || fieldLines.isEmpty()) {
            return null;
        }
        if (fieldLines.size() > 1) {
            throw malformed();
        }
        return unquoted(fieldLines.getFirst().strip());
    }

    private static String unquoted(String field) {
        if (field.length() < 2 || field.charAt(0) != '"' || field.charAt(field.length() - 1) != '"') {
            throw malformed();
        }
        var key = new StringBuilder(field.length());
        for (int at = 1; at < field.length() - 1; at++) {
            char character = field.charAt(at);
            if (character == '\\') {
                at++;
                character = field.charAt(at);
                if (at == field.length() - 1 || character != '"' && character != '\\') {
                    throw malformed();
                }
            } else if (character == '"' || character < ' ' || character > '~') {
                throw malformed();
            }
            key.append(character);
        }
        if (key.isEmpty() || key.length() > LONGEST) {
            throw malformed();
        }
        return key.toString();
    }

    private static InvalidField malformed() {
        return new InvalidField(
                "/" + FIELD,
                "structured_string",
                "must be one string in double quotes, such as \"order-1842\": 1 to " + LONGEST
                        + " printable ASCII characters, with \\ before \" and \\");
    }
}
