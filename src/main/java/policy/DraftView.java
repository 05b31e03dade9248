package policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A document that is not published yet, as it is shown.
 *
 * @param fromVersion the version that it was made from; absent for a profile with none
 */
record DraftView(
        String profile,
        long revision,
        PolicyDocument document,
        @Nullable Long fromVersion,
        Instant savedAt,
        @Nullable String savedBy) {}
