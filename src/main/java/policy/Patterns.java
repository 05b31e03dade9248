package policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operation patterns and selectors as sets: which of them hold all that others hold. */
final class Patterns {

    private Patterns() {}

    /** Whether an operation is of this pattern. */
    static boolean matches(String pattern, String operation) {
        return pattern.equals("*")
                || pattern.equals(operation)
                || pattern.endsWith(".*") && operation.startsWith(pattern.substring(0, pattern.length() - 1));
    }

    /** Whether all operations of the narrow pattern are of the broad one too. */
    static boolean covers(String broad, String narrow) {
        return broad.equals("*")
                || broad.equals(narrow)
                || broad.endsWith(".*") && narrow.startsWith(broad.substring(0, broad.length() - 1));
    }

    /** A selector that is left out selects all. */
    static boolean covers(@Nullable List<String> broad, @Nullable List<String> narrow) {
        return broad == null || narrow != null && broad.containsAll(narrow);
    }
}
