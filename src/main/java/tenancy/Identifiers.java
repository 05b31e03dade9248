package tenancy;

import java.util.regex.Pattern;

/** The one spelling rule of every id a caller may choose: it appears in keys, paths, logs and metric labels. */
public final class Identifiers {

    /** No control characters, no separators: ids are joined with {@code /} into aggregate identifiers. */
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}");

    private Identifiers() {}

    /**
     * The value, if it is spelled as an id may be.
     *
     * @param field the field's name, for the refusal's pointer
     */
    public static String check(String field, String value) {
        if (!ALLOWED.matcher(value).matches()) {
            throw new InvalidField(
                    "/" + field,
                    "invalid_identifier",
                    "must be 1 to 96 characters: letters, digits, '_', '.', ':' or '-', the first a letter or digit");
        }
        return value;
    }
}
