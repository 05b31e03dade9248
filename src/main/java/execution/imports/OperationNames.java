package execution.imports;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Names of operations as connectors write them, each given once. */
final class OperationNames {

    private static final int LONGEST = 44;

    private final Set<String> given = new HashSet<>();

    /** {@code getUserById} becomes {@code get_user_by_id}; a name that was given gets a number. */
    String next(String words) {
        String name = words.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^[_0-9]+|_+$", "");
        if (name.isEmpty()) {
            name = "operation";
        }
        if (name.length() > LONGEST) {
            name = name.substring(0, LONGEST);
        }
        String free = name;
        for (int number = 2; !given.add(free); number++) {
            free = name + "_" + number;
        }
        return free;
    }
}
