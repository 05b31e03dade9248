package policy;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One version of a profile, as it is shown.
 *
 * @param fromVersion the version that it was made from; absent for what was made from nothing
 * @param mode whether it was published to decide or to be tried out; absent in old snapshots
 */
record PublishedPolicy(
        String profile,
        long version,
        PolicyDocument document,
        String comment,
        Instant publishedAt,
        @Nullable String publishedBy,
        @Nullable Long fromVersion,
        Mode mode) {

    PublishedPolicy(
            String profile,
            long version,
            PolicyDocument document,
            String comment,
            Instant publishedAt,
            @Nullable String publishedBy,
            @Nullable Long fromVersion,
            @Nullable Mode mode) {
        this.profile = profile;
        this.version = version;
        this.document = document;
        this.comment = comment;
        this.publishedAt = publishedAt;
        this.publishedBy = publishedBy;
        this.fromVersion = fromVersion;
        this.mode = Objects.requireNonNullElse(mode, Mode.ENFORCED);
    }
}
