package tenancy.containment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.ContainmentScope;
import tenancy.Posture;
import tenancy.Urgent;

/** All that can be asked of a tenant's postures. Each goes before what waits in the lane. */
sealed interface ContainmentCommand extends Urgent {

    PostureBookId book();

    /**
     * @param by who sets it, or {@code rule:<name>}
     * @param automatic whether a rule sets it
     */
    record SetPosture(
            PostureBookId book,
            String containment,
            ContainmentScope scope,
            Posture posture,
            String reason,
            String by,
            Cause.Owner owner,
            boolean automatic,
            @Nullable Instant expiresAt,
            boolean twoPersonRelease,
            Instant at)
            implements ContainmentCommand {}

    /** @param owner on whose side the caller is: a tenant releases only what is its own */
    record ReleasePosture(
            PostureBookId book, String containment, String by, Cause.Owner owner, String reason, Instant at)
            implements ContainmentCommand {}

    /** Releases whatever the caller may, of all that is set for this scope. */
    record ReleaseScope(
            PostureBookId book, ContainmentScope scope, String by, Cause.Owner owner, String reason, Instant at)
            implements ContainmentCommand {}

    /** The second of two agrees to the release. */
    record ConfirmRelease(
            PostureBookId book, String containment, String by, Cause.Owner owner, String reason, Instant at)
            implements ContainmentCommand {}

    /** Its time may be over: decided by what is journaled. */
    record ExpirePostures(PostureBookId book, Instant at) implements ContainmentCommand {}

    /** All that a change reached is known. */
    record ConfirmContainment(
            PostureBookId book,
            String containment,
            long epoch,
            String receipt,
            String signature,
            String signedBy,
            Instant at)
            implements ContainmentCommand {}

    record SetRule(PostureBookId book, Rule rule, Instant at) implements ContainmentCommand {}

    /** @param owner on whose side the caller is */
    record RemoveRule(PostureBookId book, String rule, Cause.Owner owner, Instant at) implements ContainmentCommand {}

    record ReadRules(PostureBookId book) implements ContainmentCommand {}

    /**
     * A rule's threshold was reached.
     *
     * @param containment the id of the containment, if it comes to one
     */
    record FireRule(
            PostureBookId book, String rule, ContainmentScope scope, long measured, String containment, Instant at)
            implements ContainmentCommand {}

    /** Another node has changed the book. */
    record ReadPosturesAgain(PostureBookId book) implements ContainmentCommand {}
}
