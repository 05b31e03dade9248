package audit.incident;

import java.time.Instant;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;
import tenancy.ContainmentScope;

/** All that can happen to an incident. What it is about is in the journal already: none of it is repeated here. */
public sealed interface IncidentEvent {

    /** The incident's key within its tenant. */
    String incident();

    /**
     * Somebody, or a rule, says that something went wrong.
     *
     * @param from when it began, as far as is known
     * @param until when it was over, exclusive; absent while it goes on
     * @param by the principal that opened it, or {@code rule:<name>}
     */
    @Revision("1")
    record IncidentOpened(
            String incident,
            String title,
            Severity severity,
            ContainmentScope scope,
            Instant from,
            @Nullable Instant until,
            @Nullable String note,
            String by,
            Instant openedAt)
            implements IncidentEvent {}

    @Revision("1")
    record IncidentNoted(String incident, String note, String by, Instant notedAt) implements IncidentEvent {}

    /**
     * It is over; nothing is added any more.
     *
     * @param until where its period ends from now on
     */
    @Revision("1")
    record IncidentClosed(String incident, String summary, Instant until, String by, Instant closedAt)
            implements IncidentEvent {}
}
