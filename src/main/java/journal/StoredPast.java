package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SimpleSerializedObject;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.PastEvents;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Reads a tenant's past out of the event table, in transactions that can write nothing. */
class StoredPast implements PastEvents {

    private static final String PAGE = """
        select tenant_seq, payload_type, payload_revision, payload, meta_data
        from (select tenant_seq, payload_type, payload_revision, payload, meta_data,
                sum(octet_length(payload)) over (order by tenant_seq rows unbounded preceding)
                    - octet_length(payload) as bytes_before
            from journal.event
            where tenant_id = ? and tenant_seq > ? and tenant_seq <= ? and payload_type = any (?)
                and time_stamp >= ? and time_stamp < ?
            order by tenant_seq limit ?) page
        where bytes_before < %d order by tenant_seq\
        """.formatted(Journal.MOST_BYTES);

    /**
     * Entries looked at by one statement: however PostgreSQL goes about it, it sorts no more than these. A plan for a
     * tenant that it takes for small would else sort all that follows, page after page.
     */
    private static final int WINDOW = 4_000;

    /** Before and after all that PostgreSQL and this platform can write down. */
    private static final OffsetDateTime EVER = OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private static final OffsetDateTime NEVER = OffsetDateTime.of(9999, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final TenantTransactions transactions;
    private final JdbcTemplate jdbc;
    private final JournalSerializer serializer;

    StoredPast(TenantTransactions transactions, JdbcTemplate jdbc, JournalSerializer serializer) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.serializer = serializer;
    }

    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Stored(
            long sequence, String type, @Nullable String revision, byte[] payload, byte[] metaData) {}

    @Override
    public long last(TenantId tenant) {
        return transactions.in(
                tenant,
                () -> Objects.requireNonNullElse(
                        jdbc.queryForObject(
                                "select max(tenant_seq) from journal.event where tenant_id = ?",
                                Long.class,
                                tenant.value()),
                        0L));
    }

    @Override
    public List<Past> read(
            TenantId tenant,
            Set<Class<?>> types,
            @Nullable Instant from,
            @Nullable Instant until,
            long after,
            long through,
            int limit) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("The limit must be 1 to " + MOST);
        }
        String[] names = types.stream()
                .map(type -> serializer.typeForClass(type).getName())
                .toArray(String[]::new);
        OffsetDateTime since = from == null ? EVER : from.atOffset(ZoneOffset.UTC);
        OffsetDateTime before = until == null ? NEVER : until.atOffset(ZoneOffset.UTC);
        List<Stored> page = transactions.in(tenant, () -> {
            jdbc.execute("set transaction read only");
            List<Stored> found = new ArrayList<>();
            long bytes = 0;
            for (long low = after; low < through && found.size() < limit && bytes < Journal.MOST_BYTES; low += WINDOW) {
                List<Stored> some = jdbc.query(
                        PAGE,
                        (row, n) -> stored(row),
                        tenant.value(),
                        low,
                        Math.min(through, low + WINDOW),
                        names,
                        since,
                        before,
                        limit - found.size());
                bytes +=
                        some.stream().mapToLong(event -> event.payload().length).sum();
                found.addAll(some);
            }
            return found;
        });
        // Outside of the transaction: understanding takes longer than reading, and needs no connection.
        return page.stream().map(stored -> understood(tenant, stored)).toList();
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return new Stored(
                row.getLong("tenant_seq"),
                row.getString("payload_type"),
                row.getString("payload_revision"),
                row.getBytes("payload"),
                row.getBytes("meta_data"));
    }

    private Past understood(TenantId tenant, Stored stored) {
        Object event = serializer.deserialize(new SimpleSerializedObject<>(
                serializer.readable(tenant, stored.payload()), byte[].class, stored.type(), stored.revision()));
        MetaData metaData = serializer.deserialize(
                new SimpleSerializedObject<>(stored.metaData(), byte[].class, serializer.typeForClass(MetaData.class)));
        return new Past(stored.sequence(), Objects.requireNonNull(event), Objects.requireNonNull(metaData));
    }
}
