package audit.incident;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * How all other tenants fared on what a tenant shares with them. The one place where a report looks beyond its tenant:
 * on the platform's own role, which reads all; only sums over tenants leave it, but for what {@link #hurt} and
 * {@link #loads} tell operators.
 */
@Component
class OtherFigures {

    private static final int MOST_TENANTS = 5;

    /**
     * Waiting is cut off at the end of its period, so that what still waits counts as having waited so long, and what
     * began before is not blamed on what came after.
     */
    private static final String FACT = """
        with period(own, before, began, ended, looked) as (
            values (?::text, ?::timestamptz, ?::timestamptz, ?::timestamptz, ?::timestamptz)
        ), fact as (
            select f.tenant_id, f.decided_at >= began as during, f.pool, f.destination, f.state,
                f.cause_owner, f.cause_kind, f.started_at, f.last_sequence,
                case when f.queued_at is not null and (f.started_at is not null or f.state = 'queued')
                    then extract(epoch from greatest(f.queued_at, least(coalesce(f.started_at, looked),
                        case when f.decided_at >= began then ended else began end)) - f.queued_at)::float8 * 1000
                    end as wait_ms,
                case when f.started_at is not null
                    then extract(epoch from greatest(coalesce(f.left_at, least(looked, ended)), f.started_at)
                        - f.started_at)::float8 * 1000 end as call_ms,
                case when f.left_at is not null
                    then extract(epoch from greatest(f.written_at, f.left_at) - f.left_at)::float8 * 1000
                    end as write_ms
            from audit.action_fact f, period
            where f.decided_at >= before and f.decided_at < ended and f.tenant_id <> own
        )\
        """;

    private static final String COMPARED = FACT + """

        select 'pool' as kind, pool as name, during, count(distinct tenant_id) as tenants, count(wait_ms) as samples,
            percentile_disc(0.5) within group (order by wait_ms)::bigint as half,
            percentile_disc(0.95) within group (order by wait_ms)::bigint as most,
            0::bigint as faults, coalesce(sum(call_ms), 0)::bigint as slot_ms
        from fact where pool = any (?) group by pool, during
        union all
        select 'destination', destination, during, count(distinct tenant_id), count(call_ms),
            percentile_disc(0.5) within group (order by call_ms)::bigint,
            percentile_disc(0.95) within group (order by call_ms)::bigint,
            count(*) filter (where state in ('failed', 'outcome_unknown') and cause_owner = 'provider'),
            coalesce(sum(call_ms), 0)::bigint
        from fact where destination = any (?) and started_at is not null group by destination, during
        union all
        select 'store', 'journal', during, count(distinct tenant_id), count(write_ms),
            percentile_disc(0.5) within group (order by write_ms)::bigint,
            percentile_disc(0.95) within group (order by write_ms)::bigint, 0::bigint, 0::bigint
        from fact where write_ms is not null group by during
        union all
        select 'admission', 'platform', during, count(distinct tenant_id), count(*), 0::bigint, 0::bigint,
            count(*) filter (where state = 'throttled' and (cause_owner = 'platform' or cause_kind = 'capacity')), 0::bigint
        from fact group by during\
        """;

    /** The tenants that fared worst on each shared thing, and the event of each that tells the worst of it. */
    private static final String HURT = FACT + """
        , met as (
            select 'pool' as kind, pool as name, tenant_id, last_sequence, wait_ms as ms
            from fact where during and pool = any (?) and wait_ms is not null
            union all
            select 'destination', destination, tenant_id, last_sequence, call_ms
            from fact where during and destination = any (?) and call_ms is not null
            union all
            select 'store', 'journal', tenant_id, last_sequence, write_ms
            from fact where during and write_ms is not null
            union all
            select 'admission', 'platform', tenant_id, last_sequence, 0
            from fact where during and state = 'throttled' and (cause_owner = 'platform' or cause_kind = 'capacity')
        ), hurt as (
            select kind, name, tenant_id, count(*) as samples,
                percentile_disc(0.95) within group (order by ms)::bigint as most,
                coalesce((array_agg(last_sequence order by ms desc))[1], 0) as worst
            from met group by kind, name, tenant_id
        ), placed as (
            select *, row_number() over (partition by kind, name order by most desc, samples desc, tenant_id) as place
            from hurt
        )
        select * from placed where place <= ? order by kind, name, place\
        """;

    private static final String LOADS = """
        with load as (
            select tenant_id, count(*) as decided, min(sequence) as first, max(sequence) as last, coalesce(sum(case when started_at is not null then
                extract(epoch from greatest(coalesce(left_at, ?::timestamptz), started_at) - started_at)::float8 * 1000 end),
                0)::bigint as slot_ms
            from audit.action_fact where decided_at >= ? and decided_at < ? group by tenant_id
        ), placed as (
            select *, row_number() over (order by slot_ms desc, decided desc) as place, count(*) over () as tenants,
                sum(decided) over ()::bigint as all_decided, sum(slot_ms) over ()::bigint as all_slot_ms
            from load
        )
        select *, tenant_id = ? as own from placed where place <= ? or tenant_id = ? order by place\
        """;

    private static final String ATTEMPTS = """
        select tenant_id, count(*) over () as tenants, sum(sum(counted)) over ()::bigint as counted,
            min(sequence) as first, max(sequence) as last
        from audit.notable_fact
        where tenant_id not in (?, 'fleet') and at >= ? and at < ?
            and (type = 'request_refused' and code in ('other_tenant', 'envelope_mismatch')
                or type = 'lease_use_refused' and code = 'lease_mismatch')
        group by tenant_id order by sum(counted) desc, tenant_id limit ?\
        """;

    private final JdbcTemplate everyTenant;

    OtherFigures(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    /**
     * What others met on one thing that is shared, in one of the two periods.
     *
     * @param kind {@code pool}, {@code destination}, {@code store} or {@code admission}
     * @param during in the period, or before it
     * @param tenants how many tenants these are of
     * @param most milliseconds that 95 of 100 did not exceed
     * @param faults provider errors of a destination; throttled admissions
     */
    record Side(
            String kind,
            String name,
            boolean during,
            long tenants,
            long samples,
            long half,
            long most,
            long faults,
            long slotMillis) {}

    /**
     * What one other tenant met on one shared thing in the period, for operators.
     *
     * @param worst the event, in that tenant's journal, of the case that took longest
     */
    record Hurt(String kind, String name, String tenant, long samples, long most, long worst) {}

    /**
     * What one tenant asked for in the period, for operators.
     *
     * @param place 1 for the one that had slots for longest
     * @param tenants that asked for anything
     * @param first the first decision, in that tenant's journal
     */
    record Load(
            String tenant,
            boolean own,
            long place,
            long decided,
            long slotMillis,
            long tenants,
            long allDecided,
            long allSlotMillis,
            long first,
            long last) {}

    /**
     * Attempts across tenants that were seen in others' journals, for operators.
     *
     * @param events of the tenants with most of them, the first and the last in the journal of each
     */
    record Attempts(long tenants, long counted, Map<String, List<Long>> events) {}

    List<Side> compared(TenantId tenant, Period period, List<String> pools, List<String> destinations) {
        return everyTenant.query(
                COMPARED,
                (row, number) -> side(row),
                tenant.value(),
                Period.sql(period.before()),
                Period.sql(period.from()),
                Period.sql(period.until()),
                Period.sql(period.now()),
                pools.toArray(String[]::new),
                destinations.toArray(String[]::new));
    }

    List<Hurt> hurt(TenantId tenant, Period period, List<String> pools, List<String> destinations) {
        return everyTenant.query(
                HURT,
                (row, number) -> new Hurt(
                        row.getString("kind"),
                        row.getString("name"),
                        row.getString("tenant_id"),
                        row.getLong("samples"),
                        row.getLong("most"),
                        row.getLong("worst")),
                tenant.value(),
                Period.sql(period.before()),
                Period.sql(period.from()),
                Period.sql(period.until()),
                Period.sql(period.now()),
                pools.toArray(String[]::new),
                destinations.toArray(String[]::new),
                MOST_TENANTS);
    }

    /** The largest by slot time, most first, and the tenant itself. */
    List<Load> loads(TenantId tenant, Period period) {
        return everyTenant.query(
                LOADS,
                (row, number) -> new Load(
                        row.getString("tenant_id"),
                        row.getBoolean("own"),
                        row.getLong("place"),
                        row.getLong("decided"),
                        row.getLong("slot_ms"),
                        row.getLong("tenants"),
                        row.getLong("all_decided"),
                        row.getLong("all_slot_ms"),
                        row.getLong("first"),
                        row.getLong("last")),
                Period.sql(period.until()),
                Period.sql(period.from()),
                Period.sql(period.until()),
                tenant.value(),
                MOST_TENANTS,
                tenant.value());
    }

    Attempts attempts(TenantId tenant, Period period) {
        Map<String, List<Long>> events = new LinkedHashMap<>();
        long[] sums = new long[2];
        everyTenant.query(
                ATTEMPTS,
                row -> {
                    sums[0] = row.getLong("tenants");
                    sums[1] = row.getLong("counted");
                    events.put(
                            row.getString("tenant_id"),
                            Stream.of(row.getLong("first"), row.getLong("last"))
                                    .distinct()
                                    .toList());
                },
                tenant.value(),
                Period.sql(period.from()),
                Period.sql(period.until()),
                MOST_TENANTS);
        return new Attempts(sums[0], sums[1], events);
    }

    Map<Long, String> eventIds(String tenant, List<Long> sequences) {
        return OwnFigures.eventIds(everyTenant, tenant, sequences);
    }

    private static Side side(ResultSet row) throws SQLException {
        return new Side(
                row.getString("kind"),
                Objects.requireNonNullElse(row.getString("name"), "none"),
                row.getBoolean("during"),
                row.getLong("tenants"),
                row.getLong("samples"),
                row.getLong("half"),
                row.getLong("most"),
                row.getLong("faults"),
                row.getLong("slot_ms"));
    }
}
