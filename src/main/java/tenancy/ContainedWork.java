package tenancy;

import java.time.Instant;
import java.util.List;

/** What of a module a containment reaches. Every bean of this type is asked. */
public interface ContainedWork {

    /** A change of a tenant's postures is known here: whatever holds or stops on this node does so before this returns. */
    void changed(TenantId tenant);

    /** What a posture for this scope would reach now; nothing is changed by asking. At most so many of each kind. */
    List<Reached> reaches(Containment asked, int most);

    /**
     * Stops what the containment reaches, or says what became of it. Asked again and again until nothing is
     * {@link Fate#REQUESTED}.
     *
     * @param soFar what this or another module has told before; empty when it is asked for the first time
     */
    List<Reached> stop(Containment containment, List<Reached> soFar);

    /**
     * A posture that was set for a scope, or is thought of.
     *
     * @param id of the containment; empty where it is only thought of
     * @param context of whoever set it, in the tenant
     * @param since when it was set
     * @param agents the agents that the scope is about: one, those of a workspace or class, or all; none where it is about
     *     something else
     */
    record Containment(
            String id,
            TenantContext context,
            ContainmentScope scope,
            Posture posture,
            Cause cause,
            String reason,
            Instant since,
            List<String> agents) {

        public Containment {
            agents = List.copyOf(agents);
        }

        public TenantId tenant() {
            return context.tenant();
        }
    }

    /**
     * One thing that is reached.
     *
     * @param kind {@code action}, {@code run}, {@code lease} or {@code key}
     */
    record Reached(String kind, String id, Fate fate) {}

    /** What became of it. */
    enum Fate {
        /** It may still run: nothing is known yet. */
        REQUESTED,
        /** It waits, in its order, for the release. */
        HELD,
        /** It ended without its effect. */
        CANCELLED,
        /** It had ended by itself. */
        COMPLETED_BEFORE,
        /** It was sent, and no answer tells whether it was done. */
        UNKNOWN,
        /** A run: nothing more happens in it. */
        ENDED,
        /** A lease or a key: it is not accepted any more. */
        REVOKED
    }
}
