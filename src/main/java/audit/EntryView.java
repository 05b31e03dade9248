package audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import journal.Journal.Entry;

/**
 * One journal entry as auditors see it. Context and payload are shown exactly as they were stored.
 *
 * @param sequence the tenant's own number, 1, 2, 3 … without gaps, in commit order
 * @param context on whose behalf: tenant, workspace, agent, run, profile, quota class, principal, trace
 */
record EntryView(
        long sequence,
        String id,
        String type,
        String revision,
        Instant time,
        String aggregate,
        long aggregateSequence,
        @JsonRawValue String context,
        @JsonRawValue String payload) {

    static EntryView of(Entry entry) {
        return new EntryView(
                entry.sequence(),
                entry.id(),
                entry.type(),
                entry.revision(),
                entry.time(),
                entry.aggregate(),
                entry.aggregateSequence(),
                new String(entry.metaData(), StandardCharsets.UTF_8),
                new String(entry.payload(), StandardCharsets.UTF_8));
    }
}
