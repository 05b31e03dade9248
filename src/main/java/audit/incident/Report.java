package audit.incident;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the journal says of an incident: sentences, each with its figures and with the events that it follows from.
 *
 * @param comparedFrom where the time begins that others' figures are compared with; it ends at {@code from}
 * @param until exclusive; of an incident that goes on, when this was made
 * @param countedFrom what was before is counted no more, or in part; absent where the report does not reach back so far
 * @param throughSequence the last entry of the tenant's journal that is counted in
 * @param othersAffected {@code yes}, {@code no}, or {@code unknown} where there is too little to compare
 */
record Report(
        IncidentView incident,
        String tenantId,
        Instant from,
        Instant until,
        Instant comparedFrom,
        Instant madeAt,
        @Nullable Instant countedFrom,
        long throughSequence,
        String othersAffected,
        List<Section> sections) {

    Report {
        sections = List.copyOf(sections);
    }

    /** @param question that the sentences answer */
    record Section(String section, String question, List<Sentence> sentences) {

        Section {
            sentences = List.copyOf(sentences);
        }
    }

    /** @param evidence the first and the last of the events, and others worth looking at */
    record Sentence(String text, Map<String, Object> figures, List<Evidence> evidence) {

        Sentence {
            evidence = List.copyOf(evidence);
        }
    }

    /**
     * An event.
     *
     * @param tenantId whose journal it is in, for operators alone; absent in the tenant's own
     * @param proof where the journal proves that it holds it
     */
    record Evidence(@Nullable String tenantId, long sequence, String eventId, String proof) {}
}
