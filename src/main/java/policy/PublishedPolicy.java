package policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One version of a profile, as it is shown. */
record PublishedPolicy(
        String profile,
        long version,
        PolicyDocument document,
        String comment,
        Instant publishedAt,
        @Nullable String publishedBy) {}
