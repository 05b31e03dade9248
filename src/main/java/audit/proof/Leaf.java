package audit.proof;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import journal.Journal.Entry;

/**
 * What the tree holds of a journal entry: lines of text, so that any language can make them. Payload and context are in
 * it as their SHA-256, so that the tree stays provable when they become unreadable.
 */
final class Leaf {

    private static final String FORMAT = "firebreak-entry/v1";

    private Leaf() {}

    static byte[] hash(String tenant, Entry entry) {
        return hash(
                tenant,
                entry.sequence(),
                entry.id(),
                entry.type(),
                entry.revision(),
                entry.time(),
                entry.aggregate(),
                entry.aggregateSequence(),
                entry.payload(),
                entry.metaData());
    }

    static byte[] hash(
            String tenant,
            long sequence,
            String id,
            String type,
            String revision,
            Instant time,
            String aggregate,
            long aggregateSequence,
            byte[] payload,
            byte[] context) {
        String lines = String.join(
                "\n",
                FORMAT,
                tenant,
                Long.toString(sequence),
                id,
                type,
                revision,
                time.toString(),
                aggregate,
                Long.toString(aggregateSequence),
                hex(payload),
                hex(context),
                "");
        return Merkle.leaf(lines.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(Merkle.sha256().digest(bytes));
    }
}
