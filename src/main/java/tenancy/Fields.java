package tenancy;

/** Checks of single values that a request brings; each refusal points to the field at fault. */
public final class Fields {

    private static final int LONGEST_TEXT = 200;

    private Fields() {}

    /**
     * Words for people: 1 to 200 characters, no control characters.
     *
     * @param field the field's name in the request, without the leading slash
     */
    public static String text(String field, String value) {
        if (value.isBlank() || value.length() > LONGEST_TEXT || value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidField(
                    "/" + field, "text", "must be 1 to " + LONGEST_TEXT + " characters without control characters");
        }
        return value;
    }
}
