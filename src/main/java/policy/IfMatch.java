package policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;

/** The version that a change was made from, as HTTP says it. */
final class IfMatch {

    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})\"");

    private IfMatch() {}

    static @Nullable Long version(@Nullable String header) {
        if (header == null) {
            return null;
        }
        Matcher version = ETAG.matcher(header.strip());
        if (!version.matches()) {
            throw new InvalidField("/If-Match", "version", "must be the ETag of what was read, such as \"7\"");
        }
        return Long.valueOf(version.group(1));
    }
}
