package policy;

import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;

/** Why a version was published, in the words of who did it. */
final class Comment {

    private static final int LONGEST = 1_000;

    private Comment() {}

    static String of(@Nullable String comment) {
        String why = comment == null ? "" : comment.strip();
        if (why.length() > LONGEST) {
            throw new InvalidField("/comment", "too_long", "must be at most %d characters".formatted(LONGEST));
        }
        return why;
    }
}
