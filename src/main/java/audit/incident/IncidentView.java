package audit.incident;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.ContainmentScope;

/**
 * One incident as it stands.
 *
 * @param state {@code open} or {@code closed}
 * @param until end of its period, exclusive; absent while it goes on
 * @param summary what its closing said
 * @param notes in the order in which they were written
 */
record IncidentView(
        String incidentId,
        String title,
        Severity severity,
        ContainmentScope scope,
        String state,
        Instant from,
        @Nullable Instant until,
        Instant openedAt,
        String openedBy,
        @Nullable Instant closedAt,
        @Nullable String closedBy,
        @Nullable String summary,
        List<Note> notes) {

    IncidentView {
        notes = List.copyOf(notes);
    }

    record Note(String note, String by, Instant at) {}
}
