package audit.proof;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import journal.Journal;
import org.jspecify.annotations.Nullable;

/**
 * One line of a journal's bundle; exactly one part is there. First the head, then for every 256 entries their hashes and
 * after these the entries.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record BundleLine(
        @Nullable Head head,
        @Nullable String hashes,
        @Nullable Entry entry) {

    static final String FORMAT = "firebreak-journal/v1";

    /**
     * @param key who signed the checkpoint; a verifier is better told from elsewhere
     * @param checkpoint the signed note
     */
    record Head(String format, String tenant, String key, String checkpoint) {

        Head {
            requireNonNull(format);
            requireNonNull(tenant);
            requireNonNull(key);
            requireNonNull(checkpoint);
        }
    }

    /** An entry as it is stored: context and payload are the very texts, because their bytes are what was hashed. */
    record Entry(
            long sequence,
            String id,
            String type,
            String revision,
            Instant time,
            String aggregate,
            long aggregateSequence,
            String context,
            String payload) {

        Entry {
            requireNonNull(id);
            requireNonNull(type);
            requireNonNull(revision);
            requireNonNull(time);
            requireNonNull(aggregate);
            requireNonNull(context);
            requireNonNull(payload);
        }

        byte[] leaf(String tenant) {
            return Leaf.hash(
                    tenant,
                    sequence,
                    id,
                    type,
                    revision,
                    time,
                    aggregate,
                    aggregateSequence,
                    payload.getBytes(StandardCharsets.UTF_8),
                    context.getBytes(StandardCharsets.UTF_8));
        }
    }

    static BundleLine of(Head head) {
        return new BundleLine(head, null, null);
    }

    static BundleLine of(Tile tile, int width) {
        return new BundleLine(
                null, Base64.getEncoder().encodeToString(Arrays.copyOf(tile.hashes(), width * Merkle.HASH)), null);
    }

    static BundleLine of(Journal.Entry entry) {
        return new BundleLine(
                null,
                null,
                new Entry(
                        entry.sequence(),
                        entry.id(),
                        entry.type(),
                        entry.revision(),
                        entry.time(),
                        entry.aggregate(),
                        entry.aggregateSequence(),
                        new String(entry.metaData(), StandardCharsets.UTF_8),
                        new String(entry.payload(), StandardCharsets.UTF_8)));
    }
}
