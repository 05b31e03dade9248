package policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A list of host patterns: exact names, {@code *.example.com} for everything below, {@code *} for all, and networks in
 * CIDR notation.
 */
final class Hosts {

    private final Set<String> exact = new HashSet<>();
    /** With the leading dot. */
    private final Set<String> below = new HashSet<>();

    private final Networks networks;
    private final boolean any;

    Hosts(List<String> patterns) {
        any = patterns.contains("*");
        networks = new Networks(patterns.stream().filter(Networks::isNotation).toList());
        for (String pattern : patterns) {
            if (pattern.startsWith("*.")) {
                below.add(pattern.substring(1));
            } else if (!Networks.isNotation(pattern)) {
                exact.add(pattern);
            }
        }
    }

    boolean isEmpty() {
        return !any && exact.isEmpty() && below.isEmpty() && networks.isEmpty();
    }

    boolean contain(String name) {
        // A trailing dot names the same host and must not get around a pattern.
        String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return any || exact.contains(host) || isBelow(host) || networks.contain(host);
    }

    private boolean isBelow(String host) {
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
