package execution;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.TenantContext;
import tenancy.TenantId;

/** The durable queue, read across tenants by the platform's own role. Only the journal writes it. */
@Component
class QueueTable {

    private static final String ENTRY =
            "select tenant_id, action, pool, system, operation, cost, bulkhead, quota_class, context"
                    + " from execution.queue_entry ";
    private static final String STARTED = ENTRY + "where started_at is not null order by tenant_id, action";
    private static final String OF_TENANT = ENTRY
            + "where tenant_id = ? and action > ? and started_at is null and (pool = any (?)) = ?"
            + " order by action limit ?";
    private static final String OLDER = ENTRY
            + "where (tenant_id, action) > (?, ?) and started_at is null and queued_at < ?"
            + " order by tenant_id, action limit ?";
    private static final String COUNTS = """
        select tenant_id, pool, count(*) as waiting from execution.queue_entry
        where started_at is null group by tenant_id, pool\
        """;

    private final JdbcTemplate database;
    private final List<String> otherPools;

    QueueTable(@Qualifier("systemDataSource") DataSource system, ExecutionSettings settings) {
        this.database = new JdbcTemplate(system);
        this.otherPools = settings.pools().keySet().stream()
                .filter(pool -> !pool.equals(ExecutionSettings.SHARED))
                .toList();
    }

    /** How many actions of a tenant wait for a pool. */
    record Count(TenantId tenant, String pool, long waiting) {}

    List<Count> counts() {
        return database.query(
                COUNTS,
                (row, number) -> new Count(
                        new TenantId(row.getString("tenant_id")), row.getString("pool"), row.getLong("waiting")));
    }

    /** Actions whose worker had begun; at the start of the only node, none of these workers lives. */
    List<Waiting> started() {
        return database.query(STARTED, QueueTable::entry);
    }

    /** What of a tenant waits for a pool, in order; entries of pools that do not exist any more are the shared one's. */
    List<Waiting> waiting(String pool, Pool.Hungry tenant) {
        boolean shared = pool.equals(ExecutionSettings.SHARED);
        String[] names = shared ? otherPools.toArray(String[]::new) : new String[] {pool};
        return database.query(
                OF_TENANT, QueueTable::entry, tenant.tenant(), tenant.after(), names, !shared, tenant.room());
    }

    /** A page of what waits since before a time, in order of tenant and action. */
    List<Waiting> older(Instant than, String afterTenant, String afterAction, int limit) {
        return database.query(OLDER, QueueTable::entry, afterTenant, afterAction, than.atOffset(ZoneOffset.UTC), limit);
    }

    private static Waiting entry(ResultSet row, int number) throws SQLException {
        TenantId tenant = new TenantId(row.getString("tenant_id"));
        Map<String, String> metaData = StoredJson.texts(row.getString("context"));
        TenantContext context = Origin.context(tenant, metaData);
        return new Waiting(
                new ActionId(tenant, row.getString("action")),
                context,
                Origin.trace(metaData),
                row.getString("pool"),
                row.getString("system"),
                row.getString("operation"),
                row.getLong("cost"),
                Bulkheads.stored(row.getLong("bulkhead")),
                row.getString("quota_class"),
                Reachable.of(context, row.getString("system"), row.getString("operation"), metaData));
    }
}
