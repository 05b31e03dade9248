package audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.InvalidField;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Every decision of a tenant's actions, read out of its journal. */
@Component
class DecisionTable {

    private static final String COLUMNS = """
        select tenant_seq, time_stamp, action, run_id, agent_id, state, operation, effect, policy_version, layer, rule,
            cause_owner, cause_kind, cause_limit
        """;

    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    DecisionTable(TenantTransactions transactions, JdbcTemplate database) {
        this.transactions = transactions;
        this.database = database;
    }

    /** What decisions are counted by. */
    enum Grouping {
        AGENT,
        RUN,
        OPERATION,
        SYSTEM,
        DAY,
        STATE,
        RULE,
        LAYER,
        POLICY_VERSION,
        LIMIT;

        private String column() {
            return switch (this) {
                case AGENT, RUN -> word() + "_id";
                case DAY -> "(time_stamp at time zone 'UTC')::date";
                case LIMIT -> "cause_limit";
                case OPERATION, SYSTEM, STATE, RULE, LAYER, POLICY_VERSION -> word();
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Grouping of(String word) {
            for (Grouping grouping : values()) {
                if (grouping.word().equals(word)) {
                    return grouping;
                }
            }
            throw new InvalidField(
                    "/by",
                    "unknown_value",
                    "must be agent, run, operation, system, day, state, rule, layer, policy_version or limit");
        }
    }

    /** Which decisions; an absent part matches all. Times are inclusive from, exclusive until. */
    record Filter(
            Instant from,
            Instant until,
            @Nullable String agent,
            @Nullable String run,
            @Nullable String operation,
            @Nullable String state,
            @Nullable String rule) {}

    /**
     * One decision.
     *
     * @param sequence its entry in the tenant's journal
     * @param rule the first rule that spoke
     */
    record Decision(
            long sequence,
            Instant decidedAt,
            String actionId,
            @Nullable String runId,
            @Nullable String agentId,
            String state,
            String operation,
            String effect,
            @Nullable Long policyVersion,
            @Nullable String layer,
            @Nullable String rule,
            @Nullable String causeOwner,
            @Nullable String causeKind,
            @Nullable String causeLimit) {}

    /** @param key what they have in common, in the order that was asked for; empty where there is no such thing */
    record Count(List<String> key, long decisions, Instant first, Instant last) {}

    /** Decisions after an entry, in order. */
    List<Decision> after(TenantId tenant, Filter filter, long after, int most) {
        List<Object> values = new ArrayList<>();
        String sql = COLUMNS + where(filter, tenant, values) + " and tenant_seq > ? order by tenant_seq limit ?";
        values.add(after);
        values.add(most);
        return transactions.in(tenant, () -> database.query(sql, (row, number) -> decision(row), values.toArray()));
    }

    /** Decisions, counted. */
    List<Count> counts(TenantId tenant, Filter filter, List<Grouping> by, int most) {
        List<Object> values = new ArrayList<>();
        // Columns are an enum's own: no caller's word becomes SQL.
        List<String> keys = by.stream()
                .map(grouping -> "coalesce((%s)::text, '') collate \"C\"".formatted(grouping.column()))
                .toList();
        String sql = "select " + String.join(", ", keys) + ", count(*), min(time_stamp), max(time_stamp)"
                + where(filter, tenant, values) + " group by " + places(by.size()) + " order by "
                + places(by.size()) + " limit ?";
        values.add(most);
        return transactions.in(
                tenant, () -> database.query(sql, (row, number) -> count(row, by.size()), values.toArray()));
    }

    private static String places(int count) {
        return String.join(
                ", ",
                IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList());
    }

    private static String where(Filter filter, TenantId tenant, List<Object> values) {
        var sql = new StringBuilder(" from audit.decision where tenant_id = ? and time_stamp >= ? and time_stamp < ?");
        values.add(tenant.value());
        values.add(filter.from().atOffset(ZoneOffset.UTC));
        values.add(filter.until().atOffset(ZoneOffset.UTC));
        and(sql, values, "agent_id", filter.agent());
        and(sql, values, "run_id", filter.run());
        and(sql, values, "operation", filter.operation());
        and(sql, values, "state", filter.state());
        and(sql, values, "rule", filter.rule());
        return sql.toString();
    }

    private static void and(StringBuilder sql, List<Object> values, String column, @Nullable String wanted) {
        if (wanted != null) {
            sql.append(" and ").append(column).append(" = ?");
            values.add(wanted);
        }
    }

    private static Decision decision(ResultSet row) throws SQLException {
        long version = row.getLong("policy_version");
        boolean versioned = !row.wasNull();
        return new Decision(
                row.getLong("tenant_seq"),
                time(row, "time_stamp"),
                row.getString("action"),
                row.getString("run_id"),
                row.getString("agent_id"),
                row.getString("state"),
                row.getString("operation"),
                row.getString("effect"),
                versioned ? (Long) version : null,
                row.getString("layer"),
                row.getString("rule"),
                row.getString("cause_owner"),
                row.getString("cause_kind"),
                row.getString("cause_limit"));
    }

    private static Count count(ResultSet row, int keys) throws SQLException {
        List<String> key = new ArrayList<>(keys);
        for (int i = 1; i <= keys; i++) {
            key.add(row.getString(i));
        }
        return new Count(List.copyOf(key), row.getLong(keys + 1), time(row, "min"), time(row, "max"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, OffsetDateTime.class))
                .toInstant();
    }
}
