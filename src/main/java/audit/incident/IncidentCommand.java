package audit.incident;

import java.time.Instant;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tenancy.ContainmentScope;

/** What an incident can be asked. */
sealed interface IncidentCommand {

    record OpenIncident(
            @TargetAggregateIdentifier IncidentId incident,
            String title,
            Severity severity,
            ContainmentScope scope,
            Instant from,
            @Nullable Instant until,
            @Nullable String note,
            String by,
            Instant at)
            implements IncidentCommand {}

    record NoteIncident(@TargetAggregateIdentifier IncidentId incident, String note, String by, Instant at)
            implements IncidentCommand {}

    record CloseIncident(@TargetAggregateIdentifier IncidentId incident, String summary, String by, Instant at)
            implements IncidentCommand {}

    record FindIncident(@TargetAggregateIdentifier IncidentId incident) implements IncidentCommand {}
}
