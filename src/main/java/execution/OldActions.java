package execution;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Forgetting;
import tenancy.Recurring;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Forgets ended actions, and the keys under which they were asked for, once it is longer since they ended than the
 * tenant's policy wants them listed. The journal keeps them. A key that is forgotten may be used for another action.
 */
@Component
class OldActions implements Forgetting, SmartLifecycle {

    private static final int AT_ONCE = 1_000;
    private static final String ID_OF_TIME = "act_%012x";
    private static final String ACTIONS = """
        delete from execution.action where tenant_id = ? and action in (
            select action from execution.action
            where tenant_id = ? and action < ? and state = any (?) and updated_at < ? order by action limit ?)\
        """;
    private static final String APPROVALS = """
        delete from execution.approval where tenant_id = ? and action in (
            select p.action from execution.approval p
            where p.tenant_id = ? and p.action < ? and not exists (
                select 1 from execution.action a where a.tenant_id = p.tenant_id and a.action = p.action)
            limit ?)\
        """;
    private static final String PAYLOADS = """
        delete from execution.payload where tenant_id = ? and action in (
            select p.action from execution.payload p
            where p.tenant_id = ? and p.action < ? and not exists (
                select 1 from execution.action a where a.tenant_id = p.tenant_id and a.action = p.action)
            limit ?)\
        """;
    private static final String KEYS = """
        delete from execution.idempotency where tenant_id = ? and key in (
            select i.key from execution.idempotency i
            where i.tenant_id = ? and i.action < ? and not exists (
                select 1 from execution.action a where a.tenant_id = i.tenant_id and a.action = i.action)
            limit ?)\
        """;

    private final JdbcTemplate everyTenant;
    private final JdbcTemplate database;
    private final TenantTransactions transactions;
    private final Clock clock;
    private final Recurring timer;

    OldActions(
            @Qualifier("systemDataSource") DataSource everyTenant,
            JdbcTemplate database,
            TenantTransactions transactions,
            ExecutionSettings settings,
            Clock clock) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.database = database;
        this.transactions = transactions;
        this.timer = new Recurring("old-actions", settings.forgetEvery(), this::forget);
        this.clock = clock;
    }

    private record Kept(TenantId tenant, long days) {}

    @Override
    public Set<String> tables() {
        return Set.of("execution.action", "execution.approval", "execution.idempotency");
    }

    /** Goes through all tenants that want it. */
    void forget() {
        forget(clock.instant(), UnaryOperator.identity());
    }

    @Override
    public void forget(Instant now, UnaryOperator<String> said) {
        List<Kept> wanted = everyTenant.query(
                "select tenant_id, action_days from execution.retention where action_days is not null",
                (row, number) -> new Kept(new TenantId(row.getString(1)), row.getLong(2)));
        for (Kept kept : wanted) {
            Instant before = now.minus(Duration.ofDays(kept.days()));
            // Ids begin with the time at which they were made (RFC 9562, version 7), so that no index on it is needed:
            // none of a younger one has ended long enough ago.
            String first = ID_OF_TIME.formatted(before.toEpochMilli());
            String tenant = kept.tenant().value();
            inTurns(
                    kept.tenant(),
                    said.apply(ACTIONS),
                    tenant,
                    tenant,
                    first,
                    ended(),
                    OffsetDateTime.ofInstant(before, ZoneOffset.UTC),
                    AT_ONCE);
            inTurns(kept.tenant(), said.apply(APPROVALS), tenant, tenant, first, AT_ONCE);
            inTurns(kept.tenant(), said.apply(PAYLOADS), tenant, tenant, first, AT_ONCE);
            inTurns(kept.tenant(), said.apply(KEYS), tenant, tenant, first, AT_ONCE);
        }
    }

    private void inTurns(TenantId tenant, String statement, Object... values) {
        int gone;
        do {
            gone = transactions.in(tenant, () -> database.update(statement, values));
        } while (gone == AT_ONCE);
    }

    private static String[] ended() {
        return Arrays.stream(ActionState.values())
                .filter(ActionState::isFinal)
                .map(ActionState::word)
                .toArray(String[]::new);
    }

    @Override
    public void start() {
        timer.start();
    }

    @Override
    public void stop() {
        timer.stop();
    }

    @Override
    public boolean isRunning() {
        return timer.isRunning();
    }
}
