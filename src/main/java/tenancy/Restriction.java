package tenancy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One containment in force.
 *
 * @param containment its id
 * @param owner {@code operator}, or {@code tenant} for its own admins
 * @param by the principal that set it, or {@code rule:<name>}
 * @param epoch rises with every change in the tenant; nothing that was started under an older one is committed
 * @param expiresAt when it ends by itself
 * @param asksPeople whether this, or a less strict one that applies beside it, wants people to agree to each action
 */
public record Restriction(
        String containment,
        ContainmentScope scope,
        Posture posture,
        String reason,
        Cause.Owner owner,
        String by,
        long epoch,
        Instant since,
        @Nullable Instant expiresAt,
        boolean asksPeople) {

    /** By itself. */
    public Restriction(
            String containment,
            ContainmentScope scope,
            Posture posture,
            String reason,
            Cause.Owner owner,
            String by,
            long epoch,
            Instant since,
            @Nullable Instant expiresAt) {
        this(containment, scope, posture, reason, owner, by, epoch, since, expiresAt, posture == Posture.APPROVAL_ALL);
    }

    /** The same, beside one that wants people to agree. */
    public Restriction andAsksPeople() {
        return asksPeople
                ? this
                : new Restriction(containment, scope, posture, reason, owner, by, epoch, since, expiresAt, true);
    }

    /** Why an action does not start. */
    public Cause cause() {
        String until = expiresAt == null ? "until it is released" : "until " + expiresAt;
        return new Cause(
                owner,
                "containment",
                posture.word(),
                null,
                null,
                expiresAt,
                null,
                null,
                "%s is %s %s, by %s: %s (%s)".formatted(scope.word(), posture.word(), until, by, reason, containment),
                scope.word());
    }

    /** Where it can be released. */
    public String remedy() {
        return "have it released: POST /v1/containment/" + containment + ":release";
    }
}
