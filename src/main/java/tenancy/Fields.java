package tenancy;

import org.jspecify.annotations.Nullable;

/** Checks of single values that a request must bring; each refusal points to the field at fault. */
public final class Fields {

    private static final int LONGEST_TEXT = 200;

    private Fields() {}

    /**
     * A value that must be there.
     *
     * @param field the field's name in the request, without the leading slash
     */
    public static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidField("/" + field, "required", "is required");
        }
        return value;
    }

    /** Words for people: 1 to 200 characters, no control characters. */
    public static String text(String field, @Nullable String value) {
        String text = required(field, value);
        if (text.isBlank() || text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidField(
                    "/" + field, "text", "must be 1 to " + LONGEST_TEXT + " characters without control characters");
        }
        return text;
    }

    /** A name that other things refer to, spelled like an identifier. */
    public static String name(String field, @Nullable String value) {
        return Identifiers.check(field, required(field, value));
    }
}
