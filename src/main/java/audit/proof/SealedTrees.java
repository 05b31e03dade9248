package audit.proof;

import audit.proof.Checkpoint.VerifierKey;
import java.security.KeyPair;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import journal.Journal;
import journal.Journal.Entry;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** The tenants' trees as they are stored: grown by what the journal has more, and read for proofs. */
@Component
class SealedTrees {

    private static final int PAGE = 1_000;
    private static final int STEP = 250;

    private final Journal journal;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final CheckpointKeys keys;
    private final ProofSettings settings;
    private final Clock clock;

    SealedTrees(
            Journal journal,
            TenantTransactions transactions,
            JdbcTemplate database,
            CheckpointKeys keys,
            ProofSettings settings,
            Clock clock) {
        this.journal = journal;
        this.transactions = transactions;
        this.database = database;
        this.keys = keys;
        this.settings = settings;
        this.clock = clock;
    }

    VerifierKey key() {
        return VerifierKey.of(settings.origin(), keys.key().getPublic());
    }

    /**
     * Takes all entries that the journal has by now into the tree.
     *
     * @return the signed checkpoint over them; empty text if the tenant has no entry
     */
    String seal(TenantId tenant) {
        KeyPair key = keys.key();
        while (true) {
            Grown grown = transactions.in(tenant, () -> grow(tenant, key, PAGE));
            if (!grown.more()) {
                return grown.note();
            }
        }
    }

    /**
     * Takes so few entries into the tree that nobody else waits long for the processors.
     *
     * @return whether there are more
     */
    boolean sealSome(TenantId tenant) {
        KeyPair key = keys.key();
        return transactions.in(tenant, () -> grow(tenant, key, STEP)).more();
    }

    private record Grown(boolean more, String note) {}

    private record Stand(long size, @Nullable String note) {}

    /** The row is locked: nodes grow a tree one after another, and each goes on where the other has ended. */
    private Grown grow(TenantId tenant, KeyPair key, int most) {
        int unused = database.update(
                "insert into audit.tree (tenant_id, size) values (?, 0) on conflict do nothing", tenant.value());
        Stand stand = Objects.requireNonNull(database.queryForObject(
                "select size, note from audit.tree where tenant_id = ? for update",
                (row, index) -> new Stand(row.getLong("size"), row.getString("note")),
                tenant.value()));
        List<Entry> entries = journal.stored(tenant, stand.size(), most);
        if (entries.isEmpty()) {
            return new Grown(false, Objects.requireNonNullElse(stand.note(), ""));
        }
        Tree tree = tree(tenant, stand.size());
        for (Entry entry : entries) {
            if (entry.sequence() != tree.size() + 1) {
                throw new IllegalStateException("The journal of %s goes on with entry %d after entry %d"
                        .formatted(tenant, entry.sequence(), tree.size()));
            }
            tree.add(Leaf.hash(tenant.value(), entry));
        }
        store(tenant, tree);
        String note = new Checkpoint(settings.of(tenant.value()), tree.size(), tree.root())
                .signed(settings.origin(), key.getPrivate(), key.getPublic());
        unused = database.update(
                "update audit.tree set size = ?, note = ?, sealed_at = ? where tenant_id = ?",
                tree.size(),
                note,
                clock.instant().atOffset(ZoneOffset.UTC),
                tenant.value());
        return new Grown(Journal.isFull(entries, most), note);
    }

    private void store(TenantId tenant, Tree tree) {
        List<Object[]> rows = tree.changed().values().stream()
                .map(tile -> new Object[] {tenant.value(), tile.level(), tile.index(), tile.hashes()})
                .toList();
        int[] unused = database.batchUpdate(
                "insert into audit.tile (tenant_id, level, index, hashes) values (?, ?, ?, ?)"
                        + " on conflict (tenant_id, level, index) do update set hashes = excluded.hashes",
                rows);
    }

    /** The tree as far as it is sealed; to be read in the tenant's transaction. */
    Tree tree(TenantId tenant, long size) {
        return new Tree(size, place -> tile(tenant, place));
    }

    long size(TenantId tenant) {
        return database
                .queryForList("select size from audit.tree where tenant_id = ?", Long.class, tenant.value())
                .stream()
                .findFirst()
                .orElse(0L);
    }

    @Nullable
    Tile tile(TenantId tenant, Tree.Place place) {
        return database
                .query(
                        "select hashes from audit.tile where tenant_id = ? and level = ? and index = ?",
                        (row, index) -> new Tile(place.level(), place.index(), row.getBytes("hashes")),
                        tenant.value(),
                        place.level(),
                        place.index())
                .stream()
                .findFirst()
                .orElse(null);
    }
}
