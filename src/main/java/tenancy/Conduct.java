package tenancy;

import java.time.Instant;

/** What agents do, as it is committed, for whoever contains them by rule. */
public interface Conduct {

    /** Whether any rule looks at this tenant: asked before anything is made to tell it. */
    boolean isWatched(TenantId tenant);

    /** Something was committed. Counts in memory, and never waits. */
    void happened(TenantId tenant, Happening happening);

    /** What can happen that rules count. */
    enum Kind {
        /** An action was asked for, whatever came of it. */
        ASKED,
        /** The policy said no. */
        DENIED,
        SUCCEEDED,
        FAILED,
        /** Nobody knows what came of it. */
        UNKNOWN
    }

    /**
     * @param likeness the same for two actions that would do the same; empty where that does not matter
     * @param micros what it cost, in millionths of the tenant's currency
     */
    record Happening(String agent, String run, Kind kind, String likeness, long micros, Instant at) {}
}
