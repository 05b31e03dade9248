package tenancy;

import java.util.Locale;

/** How far a scope is contained, from not at all to for good; of several that apply, the last one here is in force. */
public enum Posture {
    /** Not contained. */
    NORMAL,
    /** A person has to agree to each action, whatever the policy allows by itself. */
    APPROVAL_ALL,
    /** Reads, and writes that their connector declares reversible. */
    DRAFTS_ONLY,
    /** Reads. */
    READ_ONLY,
    /** Nothing starts; what waits is kept in its order, and clocks stand still. */
    FROZEN,
    /** Nothing starts; what waits is cancelled, runs are ended, leases and agents' keys revoked. */
    KILLED;

    public boolean isStricterThan(Posture other) {
        return compareTo(other) > 0;
    }

    /**
     * Whether such an action may start at all; under {@link #APPROVAL_ALL} people have to be asked beside.
     *
     * @param reversible whether its connector declares that it can be undone
     */
    public boolean allows(Effect effect, boolean reversible) {
        return switch (this) {
            case NORMAL, APPROVAL_ALL -> true;
            case DRAFTS_ONLY -> effect == Effect.READ || effect == Effect.WRITE && reversible;
            case READ_ONLY -> effect == Effect.READ;
            case FROZEN, KILLED -> false;
        };
    }

    /** Whether clocks of what it covers stand still. */
    public boolean standsStill() {
        return this == FROZEN || this == KILLED;
    }

    /** The name in JSON, SQL and words. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
