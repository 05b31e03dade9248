package journal;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How far each projection is behind the journal, in events of all tenants. */
@Component
public class ProjectionLag {

    /** One projection: events it has not seen, and whether it stands still on an error. */
    public record Behind(long events, boolean failing) {}

    private final EventProcessingConfiguration processors;
    private final EventStore journal;

    ProjectionLag(EventProcessingConfiguration processors, EventStore journal) {
        this.processors = processors;
        this.journal = journal;
    }

    /** Asks the database for the journal's end once, whatever the number of projections. */
    public Map<String, Behind> now() {
        long end = position(journal.createHeadToken());
        var lag = new TreeMap<String, Behind>();
        processors.eventProcessors().forEach((name, processor) -> {
            if (processor instanceof StreamingEventProcessor streaming) {
                lag.put(name, behind(streaming, end));
            }
        });
        return lag;
    }

    /** Segments that another node has claimed are that node's to report. */
    private static Behind behind(StreamingEventProcessor processor, long end) {
        long slowest = end;
        boolean failing = processor.isError();
        for (EventTrackerStatus segment : processor.processingStatus().values()) {
            OptionalLong at = segment.getCurrentPosition();
            slowest = Math.min(slowest, at.orElse(segment.isCaughtUp() ? end : 0));
            failing |= segment.isErrorState();
        }
        return new Behind(end - slowest, failing);
    }

    private static long position(@Nullable TrackingToken token) {
        return token == null ? 0 : token.position().orElse(0);
    }
}
