package tenancy.containment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One time that a posture was set.
 *
 * @param state {@code in_force}, {@code released}, {@code expired} or {@code replaced}
 * @param releaseAskedBy the first of two who released it; absent where nobody has, or one is enough
 */
record ContainmentView(
        String containmentId,
        String scope,
        String key,
        String posture,
        String reason,
        String owner,
        boolean automatic,
        String setBy,
        long epoch,
        Instant setAt,
        @Nullable Instant expiresAt,
        boolean twoPersonRelease,
        String state,
        @Nullable String releaseAskedBy,
        @Nullable String releasedBy,
        @Nullable String releaseReason,
        @Nullable Instant releasedAt) {}
