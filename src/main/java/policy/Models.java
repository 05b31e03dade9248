package policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which models may be called, and with how many tokens: exact names, {@code name-*} or {@code *}. */
final class Models {

    private final @Nullable Set<String> exact;
    private final List<String> prefixes;
    private final Map<String, Long> mostTokens;
    private final Map<String, Long> mostTokensBelow = new HashMap<>();

    /** @param named null for all */
    Models(@Nullable List<String> named, Map<String, Long> mostTokens) {
        this.exact = named == null ? null : new HashSet<>(named);
        this.prefixes = named == null
                ? List.of()
                : named.stream().filter(Models::isPrefix).map(Models::prefix).toList();
        this.mostTokens = mostTokens;
        mostTokens.forEach((pattern, most) -> {
            if (isPrefix(pattern)) {
                mostTokensBelow.put(prefix(pattern), most);
            }
        });
    }

    boolean contain(String model) {
        if (exact == null || exact.contains(model)) {
            return true;
        }
        for (String prefix : prefixes) {
            if (model.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** The least of all bounds that speak of this model. */
    long mostTokens(String model) {
        long most = mostTokens.getOrDefault(model, Long.MAX_VALUE);
        for (Map.Entry<String, Long> below : mostTokensBelow.entrySet()) {
            if (model.startsWith(below.getKey())) {
                most = Math.min(most, below.getValue());
            }
        }
        return most;
    }

    private static boolean isPrefix(String pattern) {
        return pattern.endsWith("*");
    }

    private static String prefix(String pattern) {
        return pattern.substring(0, pattern.length() - 1);
    }
}
