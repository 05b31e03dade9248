package tenancy;

import java.time.Instant;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;

/** All that can happen to a tenant's postures. */
public sealed interface ContainmentEvent {

    /**
     * A posture is in force from here on.
     *
     * @param by who set it, or {@code rule:<name>}
     * @param owner {@code operator} or {@code tenant}: a tenant releases what is its own
     * @param automatic whether a rule set it
     * @param replaces the containment of the same scope and owner that this takes the place of
     * @param epoch the tenant's, raised by this
     */
    @Revision("1")
    record PostureSet(
            String containment,
            ContainmentScope scope,
            Posture posture,
            String reason,
            String by,
            Cause.Owner owner,
            boolean automatic,
            @Nullable String replaces,
            long epoch,
            @Nullable Instant expiresAt,
            boolean twoPersonRelease,
            Instant setAt)
            implements ContainmentEvent {}

    /** The first of two has agreed to release it. */
    @Revision("1")
    record ReleaseAsked(String containment, String by, String reason, Instant askedAt) implements ContainmentEvent {}

    /**
     * It is in force no more.
     *
     * @param askedBy the first of two; absent where one is enough
     * @param expired whether its time was over
     */
    @Revision("1")
    record PostureReleased(
            String containment,
            ContainmentScope scope,
            String by,
            @Nullable String askedBy,
            String reason,
            boolean expired,
            long epoch,
            Instant releasedAt)
            implements ContainmentEvent {}

    /**
     * Contains by itself from here on what behaves so.
     *
     * @param trigger what is measured, such as {@code denials}
     * @param threshold of the measure, in a minute
     * @param scope what is measured, and contained
     * @param mode {@code shadow}, {@code warn} or {@code enforce}
     * @param lifetimeSeconds of the containment
     */
    @Revision("1")
    record ContainmentRuleSet(
            String rule,
            String trigger,
            long threshold,
            ContainmentScope.Kind scope,
            String mode,
            Posture posture,
            long lifetimeSeconds,
            Cause.Owner owner,
            Instant setAt)
            implements ContainmentEvent {}

    @Revision("1")
    record ContainmentRuleRemoved(String rule, Instant removedAt) implements ContainmentEvent {}

    /**
     * A rule's threshold was reached. What it contains follows as {@link PostureSet}.
     *
     * @param measured in the last minute
     * @param mode of the rule: only {@code enforce} contains
     */
    @Revision("1")
    record ContainmentRuleFired(
            String rule, ContainmentScope scope, long measured, long threshold, String mode, Instant firedAt)
            implements ContainmentEvent {}

    /**
     * All that a change reached is known.
     *
     * @param epoch of the change
     * @param receipt what is told and signed: JSON, byte for byte
     * @param signature Ed25519, base64
     */
    @Revision("1")
    record ContainmentConfirmed(
            String containment, long epoch, String receipt, String signature, String signedBy, Instant confirmedAt)
            implements ContainmentEvent {}
}
