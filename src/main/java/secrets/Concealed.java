package secrets;

import java.util.Objects;

/**
 * Text that nobody may see by accident: it is not in {@code toString}, and Jackson finds nothing to write. Held for as
 * long as it is used, never kept in a field of something that lives longer.
 */
public final class Concealed {

    private final String text;

    public Concealed(String text) {
        this.text = Objects.requireNonNull(text);
    }

    /** The text itself, for the one place that sends it. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "(concealed)";
    }
}
