package secrets.vault;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import secrets.Mode;
import tenancy.TenantId;

/** Where a tenant's secrets are. No two tenants share a place, whatever their names and those of their secrets are. */
final class PathTemplate {

    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w*)\\}");
    private static final Pattern FIXED = Pattern.compile("[A-Za-z0-9_.-]*");
    /** Of an id, what is the same in a path: neither dots alone nor a colon. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    private static final Set<String> VARIABLES = Set.of("tenant", "system", "secret", "mode");

    private final String template;

    PathTemplate(String template) {
        boolean named = false;
        for (String segment : template.split("/", -1)) {
            Set<String> variables = VARIABLE.matcher(segment)
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toUnmodifiableSet());
            String fixed = VARIABLE.matcher(segment).replaceAll("");
            boolean dots = variables.isEmpty() && (fixed.equals(".") || fixed.equals(".."));
            if (segment.isEmpty() || dots || !FIXED.matcher(fixed).matches() || !VARIABLES.containsAll(variables)) {
                throw unusable(template, "is no path of {tenant}, {system}, {secret} and {mode}");
            }
            // Beside anything of free length, "a" and "b-c" would be spelled as "a-b" and "c" are.
            if (variables.contains("tenant") && (variables.contains("system") || variables.contains("secret"))) {
                throw unusable(template, "must have {tenant} in a segment without {system} and {secret}");
            }
            named |= variables.contains("tenant");
        }
        if (!named) {
            throw unusable(template, "must contain {tenant}, or tenants would share their secrets");
        }
        this.template = template;
    }

    private static IllegalStateException unusable(String template, String why) {
        return new IllegalStateException("The path %s in firebreak.vault %s.".formatted(template, why));
    }

    /** Empty if one of the names cannot stand in a path. */
    Optional<String> path(TenantId tenant, String system, String secret, Mode mode) {
        Map<String, String> values = Map.of(
                "tenant", tenant.value(),
                "system", system,
                "secret", secret,
                "mode", mode.name().toLowerCase(Locale.ROOT));
        if (!values.values().stream().allMatch(value -> PLAIN.matcher(value).matches())) {
            return Optional.empty();
        }
        return Optional.of(VARIABLE.matcher(template)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), ""))));
    }
}
