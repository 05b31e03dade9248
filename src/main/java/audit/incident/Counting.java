package audit.incident;

import audit.Follower;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** Has journals counted that have grown: every so often on one thread, and for whoever makes a report. */
@Component
class Counting implements Follower.Work, SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Counting.class);

    /** Jumps from tenant to tenant in the index, instead of walking over all their entries. */
    private static final String GROWN = """
        with recursive tenant(id) as (
            (select tenant_id from journal.event order by tenant_id limit 1)
            union all
            select (select tenant_id from journal.event where tenant_id > id order by tenant_id limit 1)
            from tenant where id is not null)
        select id from tenant left join audit.counted on tenant_id = id
        where id is not null and coalesce(sequence, 0) <
            (select tenant_seq from journal.event where tenant_id = id order by tenant_seq desc limit 1)\
        """;

    private final Facts facts;
    private final JdbcTemplate everyTenant;
    private final Follower follower;

    Counting(Facts facts, @Qualifier("systemDataSource") DataSource everyTenant, IncidentSettings settings) {
        this.facts = facts;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.follower = new Follower("incident-counting", settings.countEvery(), this);
    }

    /**
     * Counts the others' journals too, as far as there is time.
     *
     * @return how many tenants' journals are not counted to their end
     */
    int countOthers(TenantId but, Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        int left = 0;
        for (String tenant : grown()) {
            if (tenant.equals(but.value())) {
                continue;
            }
            if (System.nanoTime() > deadline || !counted(tenant)) {
                left++;
            }
        }
        return left;
    }

    @Override
    public List<String> grown() {
        return everyTenant.query(GROWN, (row, number) -> row.getString(1));
    }

    private boolean counted(String tenant) {
        try {
            long unused = facts.count(new TenantId(tenant));
            return true;
        } catch (RuntimeException uncountable) {
            log.warn("The journal of {} cannot be counted for a report: {}", tenant, uncountable.getMessage());
            return false;
        }
    }

    @Override
    public boolean step(TenantId tenant) {
        return facts.countSome(tenant);
    }

    @Override
    public void start() {
        follower.start();
    }

    @Override
    public void stop() {
        follower.stop();
    }

    @Override
    public boolean isRunning() {
        return follower.isRunning();
    }
}
