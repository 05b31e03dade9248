package audit.proof;

import audit.proof.BundleLine.Head;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import journal.Journal;
import journal.Journal.Entry;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Writes a tenant's journal with all that is needed to verify it without the platform. */
@Component
public class Bundles {

    private final Journal journal;
    private final SealedTrees trees;
    private final TenantTransactions transactions;
    private final ObjectWriter lines;

    Bundles(Journal journal, SealedTrees trees, TenantTransactions transactions, JsonMapper json) {
        this.journal = journal;
        this.trees = trees;
        this.transactions = transactions;
        this.lines = json.writerFor(BundleLine.class);
    }

    /** Everything up to a checkpoint that is made now, one JSON document a line. */
    public void write(TenantId tenant, OutputStream out) throws IOException {
        String checkpoint = trees.seal(tenant);
        long size = Checkpoint.of(checkpoint, trees.key()).map(Checkpoint::size).orElse(0L);
        line(
                BundleLine.of(
                        new Head(BundleLine.FORMAT, tenant.value(), trees.key().line(), checkpoint)),
                out);
        for (long from = 0; from < size; from += Tile.WIDTH) {
            long first = from;
            int width = (int) Math.min(Tile.WIDTH, size - from);
            Tile tile = Objects.requireNonNull(transactions.in(
                    tenant, () -> trees.tile(tenant, new Tree.Place(0, first / Tile.WIDTH))));
            line(BundleLine.of(tile, width), out);
            entries(tenant, from, from + width, out);
        }
    }

    /** What is there of the entries: one that is missing is for who verifies to find, so it ends nothing here. */
    private void entries(TenantId tenant, long after, long through, OutputStream out) throws IOException {
        long position = after;
        while (position < through) {
            List<Entry> some = journal.stored(tenant, position, (int) (through - position));
            for (Entry entry : some) {
                if (entry.sequence() <= through) {
                    line(BundleLine.of(entry), out);
                }
            }
            position = some.isEmpty() ? through : some.getLast().sequence();
        }
    }

    private void line(BundleLine line, OutputStream out) throws IOException {
        out.write(lines.writeValueAsBytes(line));
        out.write('\n');
    }
}
