package tenancy;

/** The one spelling rule of every id a caller may choose: it appears in keys, paths, logs and metric labels. */
public final class Identifiers {

    private static final int LONGEST = 96;

    private Identifiers() {}

    /**
     * The value, if it is spelled as an id may be: without control characters and without separators, because ids are
     * joined with {@code /} into aggregate identifiers.
     *
     * @param field the field's name, for the refusal's pointer
     */
    public static String check(String field, String value) {
        if (!allowed(value)) {
            throw new InvalidField(
                    "/" + field,
                    "invalid_identifier",
                    "must be 1 to 96 characters: letters, digits, '_', '.', ':' or '-', the first a letter or digit");
        }
        return value;
    }

    /** By hand and not by pattern: every message of the hot path makes several identities. */
    private static boolean allowed(String value) {
        int length = value.length();
        if (length == 0 || length > LONGEST || !letterOrDigit(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < length; i++) {
            char c = value.charAt(i);
            if (!letterOrDigit(c) && c != '_' && c != '.' && c != ':' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean letterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
