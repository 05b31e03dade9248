package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Which leases there were, for what, and what became of them. */
@Component
class ExposureRows {

    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    ExposureRows(TenantTransactions transactions, JdbcTemplate database) {
        this.transactions = transactions;
        this.database = database;
    }

    /** What leases are looked for by. */
    enum By {
        SECRET("secret"),
        CONNECTOR("system"),
        AGENT("agent");

        private final String column;

        By(String column) {
            this.column = column;
        }
    }

    /**
     * One lease.
     *
     * @param uses how often it was used, retries included
     * @param outcome of the last use: {@code unused} (nothing left the platform), {@code answered}, {@code unanswered},
     *     {@code cancelled}; absent where none is over
     */
    record LeaseView(
            @JsonProperty("lease_id") String lease,
            @JsonProperty("action_id") String action,
            @JsonProperty("workflow_run_id") @Nullable String run,
            @JsonProperty("agent_id") @Nullable String agent,
            String agentClass,
            @JsonProperty("workspace_id") @Nullable String workspace,
            @JsonProperty("secret_id") String secret,
            long version,
            String system,
            String operation,
            String destination,
            Mode mode,
            Instant issuedAt,
            Instant expiresAt,
            long uses,
            @Nullable String outcome,
            @Nullable Instant endedAt) {}

    /** In the order they were issued. */
    List<LeaseView> since(TenantId tenant, By by, String key, Instant since, String after, int limit) {
        return transactions.in(
                tenant,
                () -> database.query(
                        "select * from secrets.lease where tenant_id = ? and " + by.column
                                + " = ? and issued_at >= ? and lease > ? order by lease limit ?",
                        (row, number) -> view(row),
                        tenant.value(),
                        key,
                        since.atOffset(ZoneOffset.UTC),
                        after,
                        limit));
    }

    private static LeaseView view(ResultSet row) throws SQLException {
        IssuedLease lease = issued(row);
        Timestamp endedAt = row.getTimestamp("ended_at");
        return new LeaseView(
                lease.id(),
                lease.action(),
                lease.run(),
                lease.agent(),
                lease.agentClass(),
                lease.workspace(),
                lease.secret(),
                lease.version(),
                lease.system(),
                lease.operation(),
                lease.destination(),
                lease.mode(),
                lease.issuedAt(),
                lease.expiresAt(),
                row.getLong("uses"),
                row.getString("outcome"),
                endedAt == null ? null : endedAt.toInstant());
    }

    static IssuedLease issued(ResultSet row) throws SQLException {
        return new IssuedLease(
                row.getString("lease"),
                row.getString("action"),
                row.getString("run"),
                row.getString("agent"),
                row.getString("agent_class"),
                row.getString("workspace"),
                row.getString("secret"),
                row.getLong("version"),
                row.getString("grant_id"),
                row.getString("system"),
                row.getString("operation"),
                row.getString("destination"),
                Mode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                row.getLong("fence"),
                row.getTimestamp("issued_at").toInstant(),
                row.getTimestamp("expires_at").toInstant());
    }
}
