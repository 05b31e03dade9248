package audit.incident;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import audit.incident.IncidentCommand.CloseIncident;
import audit.incident.IncidentCommand.FindIncident;
import audit.incident.IncidentCommand.NoteIncident;
import audit.incident.IncidentCommand.OpenIncident;
import audit.incident.IncidentEvent.IncidentClosed;
import audit.incident.IncidentEvent.IncidentNoted;
import audit.incident.IncidentEvent.IncidentOpened;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.Conflict;

/** Something that went wrong, as people tell it. What really happened is counted from the journal when it is asked for. */
@NullUnmarked
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock")
class Incident {

    static final int MOST_NOTES = 200;

    @AggregateIdentifier
    private String id;

    private IncidentOpened opened;
    private IncidentClosed closed;
    private List<IncidentView.Note> notes = new ArrayList<>();

    Incident() {}

    @CommandHandler
    Incident(OpenIncident open) {
        id = open.incident().toString();
        apply(new IncidentOpened(
                open.incident().key(),
                open.title(),
                open.severity(),
                open.scope(),
                open.from(),
                open.until(),
                open.note(),
                open.by(),
                open.at()));
    }

    @CommandHandler
    IncidentView handle(NoteIncident note) {
        refuseIfClosed();
        if (notes.size() >= MOST_NOTES) {
            throw new Conflict(
                    "too_many_notes",
                    "Incident %s has %d notes, the most it may have. Close it, or open another."
                            .formatted(opened.incident(), MOST_NOTES));
        }
        apply(new IncidentNoted(opened.incident(), note.note(), note.by(), note.at()));
        return view();
    }

    @CommandHandler
    IncidentView handle(CloseIncident close) {
        refuseIfClosed();
        apply(new IncidentClosed(
                opened.incident(),
                close.summary(),
                opened.until() == null ? close.at() : opened.until(),
                close.by(),
                close.at()));
        return view();
    }

    @CommandHandler
    IncidentView handle(FindIncident find) {
        return view();
    }

    private void refuseIfClosed() {
        if (closed != null) {
            throw new Conflict(
                    "incident_closed",
                    "Incident %s was closed at %s. Open another for what came after."
                            .formatted(opened.incident(), closed.closedAt()));
        }
    }

    private IncidentView view() {
        return new IncidentView(
                opened.incident(),
                opened.title(),
                opened.severity(),
                opened.scope(),
                closed == null ? "open" : "closed",
                opened.from(),
                closed == null ? opened.until() : closed.until(),
                opened.openedAt(),
                opened.by(),
                closed == null ? null : closed.closedAt(),
                closed == null ? null : closed.by(),
                closed == null ? null : closed.summary(),
                notes);
    }

    @EventSourcingHandler
    void on(IncidentEvent event, @SourceId String source) {
        id = source;
        switch (event) {
            case IncidentOpened first -> {
                opened = first;
                if (first.note() != null) {
                    notes.add(new IncidentView.Note(first.note(), first.by(), first.openedAt()));
                }
            }
            case IncidentNoted noted -> notes.add(new IncidentView.Note(noted.note(), noted.by(), noted.notedAt()));
            case IncidentClosed last -> closed = last;
        }
    }
}
