package audit.incident;

import static java.util.stream.Collectors.joining;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainmentScope;
import tenancy.TenantId;

/** What a tenant's own counted facts say of a period. To be asked in the tenant's transaction; every answer is bounded. */
@Component
class OwnFigures {

    static final int BUCKETS = 60;
    static final int MOST_GROUPS = 20;
    private static final int MOST_KINDS = 200;

    /**
     * By what actions are grouped; the number is PostgreSQL's {@code grouping()} of the columns below, or beyond it for
     * what is counted apart.
     */
    enum By {
        ALL(63),
        AGENT(31),
        TOOL(47),
        DESTINATION(55),
        RULE(59),
        OUTCOME(61),
        POOL(62),
        RUN(64),
        BUCKET(65);

        private final int grouping;

        By(int grouping) {
            this.grouping = grouping;
        }

        static By of(int grouping) {
            for (By by : values()) {
                if (by.grouping == grouping) {
                    return by;
                }
            }
            throw new IllegalStateException("Nothing is grouped by " + grouping);
        }
    }

    /** What is counted of every group, and from what of a fact; each can be summed up again, but the last four. */
    private static final List<String> SUMS = List.of(
            "decided: 1",
            "admitted: (queued_at is not null)::int",
            "sent: sent::int",
            "changing: (sent and effect <> 'read')::int",
            "succeeded: (state = 'succeeded')::int",
            "failed: (state = 'failed')::int",
            "outcome_unknown: (state = 'outcome_unknown')::int",
            "cancelled: (state = 'cancelled')::int",
            "refused: (state in ('denied', 'throttled', 'budget_exceeded', 'frozen'))::int",
            "open: (state in ('queued', 'checking', 'running', 'approval_required'))::int",
            "slot_ms: slot_ms",
            "tool_calls: tool_calls",
            "tokens: tokens",
            "cost_micros: cost_micros");

    private static final String COUNTED = SUMS.stream()
                    .map(sum -> "sum(" + sum.substring(sum.indexOf(' ') + 1) + ")::bigint as "
                            + sum.substring(0, sum.indexOf(':')))
                    .collect(joining(", "))
            + ", min(sequence) as first, max(sequence) as last, min(action) as first_action, max(action) as last_action";

    private static final String SUMMED_UP = SUMS.stream()
                    .map(sum -> sum.substring(0, sum.indexOf(':')))
                    .map(name -> "sum(" + name + ")::bigint as " + name)
                    .collect(joining(", "))
            + ", min(first) as first, max(last) as last, min(first_action) as first_action, max(last_action) as last_action";

    /**
     * All but runs and time have few values together, so they are counted once and summed up by each. The table is read
     * three times rather than copied.
     */
    private static final String GROUPS = """
        with fact as not materialized (
            select action, sequence, run, agent, system, operation, effect, destination, data_classes, policy_profile,
                policy_version, rules, state, cause_owner, cause_kind, cause_name, pool, queued_at, tool_calls, tokens,
                cost_micros,
                floor(extract(epoch from decided_at - ?::timestamptz)::float8 / ?)::bigint as bucket,
                case when started_at is null then 0
                    else extract(epoch from greatest(coalesce(left_at, ?::timestamptz), started_at) - started_at)::float8
                        * 1000 end as slot_ms,
                started_at is not null and coalesce(requests, 1) > 0 as sent
            from audit.action_fact
            where tenant_id = ? and decided_at >= ? and decided_at < ? and %1$s = ?
        ), few as (
            select agent, system, operation, effect, destination, data_classes, policy_profile, policy_version, rules, state,
                cause_owner, cause_kind, cause_name, pool, %2$s
            from fact
            group by agent, system, operation, effect, destination, data_classes, policy_profile, policy_version, rules,
                state, cause_owner, cause_kind, cause_name, pool
        ), grouped as (
            select grouping(agent, system, destination, rules, state, pool) as of_set,
                agent, null::text as run, system, operation, effect, destination, data_classes, policy_profile,
                policy_version, rules, state, cause_owner, cause_kind, cause_name, pool, null::bigint as bucket, %3$s
            from few
            group by grouping sets ((), (agent), (system, operation, effect), (destination, data_classes),
                (policy_profile, policy_version, rules), (state, cause_owner, cause_kind, cause_name), (pool))
            union all
            select 64, agent, run, null, null, null, null, null, null, null, null, null, null, null, null, null, null, %2$s
            from fact group by agent, run
            union all
            select 65, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, bucket, %2$s
            from fact group by bucket
        ), placed as (
            select *, row_number() over (partition by of_set order by decided desc, first) as place,
                count(*) over (partition by of_set) as groups
            from grouped
        )
        select * from placed where place <= ? or of_set = ? order by of_set, place\
        """;

    private static final String KINDS = """
        select type, code, count(*) as events, sum(counted)::bigint as counted, min(sequence) as first, max(sequence) as last
        from audit.notable_fact
        where tenant_id = ? and at >= ? and at < ? and (%s)
        group by type, code
        order by events desc, type, code
        limit ?\
        """;

    private static final String NOTABLE = """
        select sequence, type, at, run, agent, principal, code, counted, detail
        from audit.notable_fact
        where tenant_id = ? and at >= ? and at < ? and (%s)
        order by sequence %s
        limit ?\
        """;

    private final JdbcTemplate database;

    OwnFigures(JdbcTemplate database) {
        this.database = database;
    }

    /**
     * Actions that have something in common.
     *
     * @param groups how many such groups there are, of which the largest are told
     * @param sent of which a request left the platform
     * @param changing of those sent, how many do more than read
     * @param slotMillis for how long they had slots
     * @param first sequence of the first decision
     */
    record Group(
            By by,
            Map<String, @Nullable String> key,
            long groups,
            long decided,
            long admitted,
            long sent,
            long changing,
            long succeeded,
            long failed,
            long unknown,
            long cancelled,
            long refused,
            long open,
            long slotMillis,
            long toolCalls,
            long tokens,
            long costMicros,
            long first,
            long last,
            String firstAction,
            String lastAction) {

        String part(String column) {
            return Objects.requireNonNullElse(key.get(column), "none");
        }

        long bucket() {
            return Long.parseLong(part("bucket"));
        }
    }

    /**
     * Events beside actions that have type and code in common.
     *
     * @param counted what they count, which is more than their number where one event stands for many
     */
    record Kind(String type, @Nullable String code, long events, long counted, long first, long last) {}

    /** One event beside actions. */
    record Notable(
            long sequence,
            String type,
            Instant at,
            @Nullable String run,
            @Nullable String agent,
            @Nullable String principal,
            @Nullable String code,
            long counted,
            @Nullable String detail) {}

    List<Group> groups(TenantId tenant, ContainmentScope scope, Period period) {
        return database
                .query(
                        GROUPS.formatted(column(scope.kind()), COUNTED, SUMMED_UP),
                        (row, number) -> group(row),
                        Period.sql(period.from()),
                        period.bucketSeconds(BUCKETS),
                        Period.sql(period.until()),
                        tenant.value(),
                        Period.sql(period.from()),
                        Period.sql(period.until()),
                        scope.key(),
                        MOST_GROUPS,
                        By.BUCKET.grouping)
                .stream()
                .filter(group -> group.decided() > 0)
                .toList();
    }

    List<Kind> kinds(TenantId tenant, ContainmentScope scope, Period period) {
        return database.query(
                KINDS.formatted(narrowed(scope)),
                (row, number) -> new Kind(
                        row.getString("type"),
                        row.getString("code"),
                        row.getLong("events"),
                        row.getLong("counted"),
                        row.getLong("first"),
                        row.getLong("last")),
                tenant.value(),
                Period.sql(period.from()),
                Period.sql(period.until()),
                scope.key(),
                MOST_KINDS);
    }

    /** The first and the last of them, in order. */
    List<Notable> notable(TenantId tenant, ContainmentScope scope, Period period, int most) {
        List<Notable> first = notable(tenant, scope, period, "", most);
        if (first.size() < most) {
            return first;
        }
        List<Notable> ends = new ArrayList<>(first.subList(0, most / 2));
        notable(tenant, scope, period, "desc", most - most / 2).reversed().stream()
                .filter(late -> late.sequence() > ends.getLast().sequence())
                .forEach(ends::add);
        return ends;
    }

    private List<Notable> notable(TenantId tenant, ContainmentScope scope, Period period, String order, int most) {
        return database.query(
                NOTABLE.formatted(narrowed(scope), order),
                (row, number) -> new Notable(
                        row.getLong("sequence"),
                        row.getString("type"),
                        row.getTimestamp("at").toInstant(),
                        row.getString("run"),
                        row.getString("agent"),
                        row.getString("principal"),
                        row.getString("code"),
                        row.getLong("counted"),
                        row.getString("detail")),
                tenant.value(),
                Period.sql(period.from()),
                Period.sql(period.until()),
                scope.key(),
                most);
    }

    /** Ids of these entries. */
    Map<Long, String> eventIds(TenantId tenant, List<Long> sequences) {
        return eventIds(database, tenant.value(), sequences);
    }

    static Map<Long, String> eventIds(JdbcTemplate database, String tenant, List<Long> sequences) {
        Map<Long, String> ids = new HashMap<>();
        database.query(
                "select tenant_seq, event_identifier from journal.event where tenant_id = ? and tenant_seq = any (?)",
                row -> {
                    ids.put(row.getLong(1), row.getString(2));
                },
                tenant,
                sequences.stream().distinct().toArray(Long[]::new));
        return ids;
    }

    /** What of an action's row a scope is compared with: SQL of ours and no caller's. */
    private static String column(ContainmentScope.Kind kind) {
        return switch (kind) {
            case TENANT -> "tenant_id";
            case CONNECTOR -> "system";
            case OPERATION -> "system || '/' || operation";
            case WORKSPACE, AGENT_CLASS, AGENT, RUN, DESTINATION, MODEL, SECRET -> kind.word();
        };
    }

    /** Where an event names neither agent nor run it may concern any of them, and is told. */
    private static String narrowed(ContainmentScope scope) {
        return switch (scope.kind()) {
            case AGENT -> "coalesce(agent, '') in ('', ?)";
            case RUN -> "coalesce(run, '') in ('', ?)";
            case TENANT, WORKSPACE, AGENT_CLASS, CONNECTOR, OPERATION, DESTINATION, MODEL, SECRET ->
                "?::text is not null";
        };
    }

    private static Group group(ResultSet row) throws SQLException {
        Map<String, @Nullable String> key = new HashMap<>();
        for (String column : List.of(
                "agent",
                "run",
                "system",
                "operation",
                "effect",
                "destination",
                "data_classes",
                "policy_profile",
                "policy_version",
                "rules",
                "state",
                "cause_owner",
                "cause_kind",
                "cause_name",
                "pool",
                "bucket")) {
            key.put(column, row.getString(column));
        }
        return new Group(
                By.of(row.getInt("of_set")),
                key,
                row.getLong("groups"),
                row.getLong("decided"),
                row.getLong("admitted"),
                row.getLong("sent"),
                row.getLong("changing"),
                row.getLong("succeeded"),
                row.getLong("failed"),
                row.getLong("outcome_unknown"),
                row.getLong("cancelled"),
                row.getLong("refused"),
                row.getLong("open"),
                row.getLong("slot_ms"),
                row.getLong("tool_calls"),
                row.getLong("tokens"),
                row.getLong("cost_micros"),
                row.getLong("first"),
                row.getLong("last"),
                Objects.requireNonNullElse(row.getString("first_action"), ""),
                Objects.requireNonNullElse(row.getString("last_action"), ""));
    }
}
