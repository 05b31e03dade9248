package journal;

import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import journal.Journal.Entry;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SimpleSerializedObject;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.LongWork;
import tenancy.RunId;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Looks entries up in the event table. What people decide about an action names no run: it is found by the action. */
class StoredRecall implements Recall {

    /** However long a tenant's journal is, no statement looks at more of it than this. */
    private static final int WINDOW = 20_000;

    private static final String NAMED = """
        select tenant_seq, aggregate_identifier from journal.event
        where tenant_id = ? and tenant_seq > ? and tenant_seq <= ? and run_id = ?\
        """;
    private static final String OF_THINGS =
            "select tenant_seq from journal.event where tenant_id = ? and aggregate_identifier = any (?)";

    private final TenantTransactions transactions;
    private final JdbcTemplate jdbc;
    private final StoredJournal journal;
    private final JournalSerializer serializer;

    StoredRecall(
            TenantTransactions transactions, JdbcTemplate jdbc, StoredJournal journal, JournalSerializer serializer) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.journal = journal;
        this.serializer = serializer;
    }

    @Override
    public List<Long> ofRun(RunId run) {
        TenantId tenant = run.tenant();
        long last = journal.last(tenant);
        NavigableSet<Long> sequences = new TreeSet<>();
        Set<String> things = new TreeSet<>(Set.of(run.toString()));
        String actions = tenant.value() + "/action/";
        for (long after = 0; after < last && sequences.size() < MOST_OF_A_RUN; after += WINDOW) {
            long from = after;
            transactions.in(tenant, () -> {
                jdbc.query(
                        NAMED,
                        row -> {
                            sequences.add(row.getLong(1));
                            if (row.getString(2).startsWith(actions)) {
                                things.add(row.getString(2));
                            }
                        },
                        tenant.value(),
                        from,
                        from + WINDOW,
                        run.key());
                return sequences.size();
            });
        }
        List<String> all = List.copyOf(things);
        for (int at = 0; at < all.size(); at += MOST_AT_ONCE) {
            String[] some =
                    all.subList(at, Math.min(all.size(), at + MOST_AT_ONCE)).toArray(String[]::new);
            sequences.addAll(
                    transactions.in(tenant, () -> jdbc.queryForList(OF_THINGS, Long.class, tenant.value(), some)));
        }
        return sequences.stream().limit(MOST_OF_A_RUN).toList();
    }

    @Override
    public List<Entry> entries(TenantId tenant, List<Long> sequences) {
        if (sequences.size() > MOST_AT_ONCE) {
            throw new IllegalArgumentException("At most %d entries at once".formatted(MOST_AT_ONCE));
        }
        return journal.read(tenant, sequences);
    }

    @Override
    public Recalled understood(Entry entry) {
        return LongWork.isOver(entry.payload().length)
                ? LongWork.of(TenantId.ofAggregate(entry.aggregate()), () -> read(entry))
                : read(entry);
    }

    private Recalled read(Entry entry) {
        Object event = serializer.deserialize(new SimpleSerializedObject<>(
                serializer.readable(TenantId.ofAggregate(entry.aggregate()), entry.payload()),
                byte[].class,
                entry.type(),
                entry.revision().isEmpty() ? null : entry.revision()));
        MetaData metaData = serializer.deserialize(
                new SimpleSerializedObject<>(entry.metaData(), byte[].class, serializer.typeForClass(MetaData.class)));
        return new Recalled(entry, Objects.requireNonNull(event), Objects.requireNonNull(metaData));
    }
}
