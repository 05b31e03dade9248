package audit.incident;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.ContainmentScope;

/** One incident in a list; see {@link IncidentView}. */
record IncidentSummary(
        String incidentId,
        String title,
        String severity,
        Scope scope,
        String state,
        Instant from,
        @Nullable Instant until,
        Instant openedAt,
        String openedBy,
        @Nullable Instant closedAt) {

    /** @see ContainmentScope */
    record Scope(String kind, String key) {}
}
