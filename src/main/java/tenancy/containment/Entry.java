package tenancy.containment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.ContainmentEvent.PostureSet;
import tenancy.ContainmentScope;
import tenancy.Posture;
import tenancy.Restriction;

/**
 * One posture in the book.
 *
 * @param releaseAskedBy the first of two who released it; absent while nobody has
 */
record Entry(
        String containment,
        ContainmentScope scope,
        Posture posture,
        String reason,
        String by,
        Cause.Owner owner,
        boolean automatic,
        long epoch,
        @Nullable Instant expiresAt,
        boolean twoPersonRelease,
        Instant since,
        @Nullable String releaseAskedBy) {

    static Entry of(PostureSet set) {
        return new Entry(
                set.containment(),
                set.scope(),
                set.posture(),
                set.reason(),
                set.by(),
                set.owner(),
                set.automatic(),
                set.epoch(),
                set.expiresAt(),
                set.twoPersonRelease(),
                set.setAt(),
                null);
    }

    /** Of one scope there is one entry of each owner, and one of the rules of each. */
    String place() {
        return scope.word() + ' ' + owner + (automatic ? " rule" : "");
    }

    Entry releaseAsked(String first) {
        return new Entry(
                containment,
                scope,
                posture,
                reason,
                by,
                owner,
                automatic,
                epoch,
                expiresAt,
                twoPersonRelease,
                since,
                first);
    }

    boolean isOver(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    Restriction restriction() {
        return new Restriction(containment, scope, posture, reason, owner, by, epoch, since, expiresAt);
    }
}
