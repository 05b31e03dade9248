package audit.incident;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Recurring;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Forgets what reports are counted from once it is older than reports reach. The journal keeps it. */
@Component
class OldFacts implements SmartLifecycle {

    private static final Duration LOOKS_EVERY = Duration.ofHours(1);
    private static final int AT_ONCE = 2_000;

    /** Of an action that was forgotten, what came later is counted without its decision: nobody can ask for that. */
    private static final String TENANTS = """
        select distinct tenant_id from audit.action_fact where decided_at < ? or decided_at is null
        union select distinct tenant_id from audit.notable_fact where at < ?\
        """;

    private static final String ACTIONS = """
        delete from audit.action_fact where tenant_id = ? and action in (
            select action from audit.action_fact
            where tenant_id = ? and (decided_at < ? or decided_at is null) limit ?)\
        """;
    private static final String NOTABLE = """
        delete from audit.notable_fact where tenant_id = ? and sequence in (
            select sequence from audit.notable_fact where tenant_id = ? and at < ? order by sequence limit ?)\
        """;

    private final JdbcTemplate everyTenant;
    private final JdbcTemplate database;
    private final TenantTransactions transactions;
    private final Duration kept;
    private final Clock clock;
    private final Recurring forgetting = new Recurring("old-facts", LOOKS_EVERY, this::forget);

    OldFacts(
            @Qualifier("systemDataSource") DataSource everyTenant,
            JdbcTemplate database,
            TenantTransactions transactions,
            IncidentSettings settings,
            Clock clock) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.database = database;
        this.transactions = transactions;
        this.kept = settings.factsKept();
        this.clock = clock;
    }

    /** What happened before is counted no more. */
    Instant horizon() {
        return clock.instant().minus(kept);
    }

    /** Goes through all tenants that have anything so old, a bounded number of rows in each transaction. */
    void forget() {
        OffsetDateTime before = Period.sql(horizon());
        for (String tenant : everyTenant.query(TENANTS, (row, number) -> row.getString(1), before, before)) {
            inTurns(tenant, ACTIONS, before);
            inTurns(tenant, NOTABLE, before);
        }
    }

    private void inTurns(String tenant, String statement, OffsetDateTime before) {
        int gone;
        do {
            gone = transactions.in(
                    new TenantId(tenant), () -> database.update(statement, tenant, tenant, before, AT_ONCE));
        } while (gone == AT_ONCE);
    }

    @Override
    public void start() {
        forgetting.start();
    }

    @Override
    public void stop() {
        forgetting.stop();
    }

    @Override
    public boolean isRunning() {
        return forgetting.isRunning();
    }
}
