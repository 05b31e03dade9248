package journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.ActionId;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Reads a tenant's stream out of the event table, bound to the tenant. */
class StoredJournal implements Journal {

    private static final int MOST_ENTRIES = 1_000;
    private static final String COLUMNS = """
        tenant_seq, event_identifier, payload_type, payload_revision, time_stamp, aggregate_identifier,
            sequence_number, payload, meta_data\
        """;
    private static final String OF_TENANT = " from journal.event where tenant_id = ? and tenant_seq ";
    /** How long a payload is, is known without reading it. */
    private static final String SELECT = "select " + COLUMNS + " from (select " + COLUMNS + """
        , sum(octet_length(payload)) over (order by tenant_seq rows unbounded preceding)
                - octet_length(payload) as bytes_before\
        """ + OF_TENANT;

    private static final String AFTER = SELECT + "> ?";
    private static final String IN_ORDER =
            " order by tenant_seq limit ?) page where bytes_before < " + MOST_BYTES + " order by tenant_seq";
    private static final String BY_NUMBER = SELECT + "= any (?)" + IN_ORDER;

    private final TenantTransactions transactions;
    private final JdbcTemplate jdbc;
    private final Wakes wakes;
    private final JournalSerializer serializer;

    StoredJournal(TenantTransactions transactions, JdbcTemplate jdbc, Wakes wakes, JournalSerializer serializer) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.wakes = wakes;
        this.serializer = serializer;
    }

    @Override
    public List<Entry> read(TenantId tenant, Filter filter, long after, int limit) {
        checkLimit(limit);
        var sql = new StringBuilder(AFTER);
        List<Object> values = new ArrayList<>(List.of(tenant.value(), after));
        String action = filter.action();
        and(sql, values, " and run_id = ?", filter.run());
        and(sql, values, " and agent_id = ?", filter.agent());
        and(sql, values, " and aggregate_identifier = ?", action == null ? null : aggregate(tenant, action));
        and(sql, values, " and payload_type = ?", filter.type());
        and(sql, values, " and time_stamp >= ?", time(filter.from()));
        and(sql, values, " and time_stamp < ?", time(filter.until()));
        sql.append(IN_ORDER);
        values.add(limit);
        return shown(tenant, query(tenant, sql.toString(), values.toArray()));
    }

    @Override
    public List<Entry> stored(TenantId tenant, long after, int limit) {
        checkLimit(limit);
        return query(tenant, AFTER + IN_ORDER, tenant.value(), after, limit);
    }

    /** The entries with these numbers, in order: fewer where they are large. */
    List<Entry> read(TenantId tenant, List<Long> sequences) {
        Long[] numbers = sequences.toArray(Long[]::new);
        return shown(tenant, query(tenant, BY_NUMBER, tenant.value(), numbers, numbers.length));
    }

    private List<Entry> query(TenantId tenant, String sql, Object... values) {
        return transactions.in(tenant, () -> jdbc.query(sql, (row, n) -> entry(row), values));
    }

    /** Outside of the transaction: a key may have to be fetched, on a connection of its own. */
    private List<Entry> shown(TenantId tenant, List<Entry> entries) {
        return entries.stream()
                .map(entry -> entry.with(serializer.shown(tenant, entry.payload())))
                .toList();
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > MOST_ENTRIES) {
            throw new IllegalArgumentException("The limit must be 1 to " + MOST_ENTRIES);
        }
    }

    private static void and(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(condition);
            values.add(value);
        }
    }

    private static String aggregate(TenantId tenant, String action) {
        return new ActionId(tenant, action).toString();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong("tenant_seq"),
                row.getString("event_identifier"),
                row.getString("payload_type"),
                Objects.requireNonNullElse(row.getString("payload_revision"), ""),
                row.getObject("time_stamp", OffsetDateTime.class).toInstant(),
                row.getString("aggregate_identifier"),
                row.getLong("sequence_number"),
                row.getBytes("payload"),
                row.getBytes("meta_data"));
    }

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
    public Subscription subscribe(TenantId tenant, Runnable wake) {
        return wakes.add(tenant.value(), wake);
    }
}
