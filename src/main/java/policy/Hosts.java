package policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A list of host patterns: exact names, {@code *.example.com} for everything below, {@code *} for all. */
final class Hosts {

    private final Set<String> exact = new HashSet<>();
    /** With the leading dot. */
    private final Set<String> below = new HashSet<>();

    private final boolean any;

    Hosts(List<String> patterns) {
        any = patterns.contains("*");
        for (String pattern : patterns) {
            if (pattern.startsWith("*.")) {
                below.add(pattern.substring(1));
            } else {
                exact.add(pattern);
            }
        }
    }

    boolean contain(String host) {
        if (any || exact.contains(host)) {
            return true;
        }
        if (!below.isEmpty()) {
            // The first dot may not be the first character: *.example.com has something before it.
            for (int dot = host.indexOf('.', 1); dot >= 0; dot = host.indexOf('.', dot + 1)) {
                if (below.contains(host.substring(dot))) {
                    return true;
                }
            }
        }
        return false;
    }
}
