package quota;

import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** Has the reservations of every tenant looked at soon after the start: what was reserved before it may be old by now. */
@Component
class BudgetsAtStart implements SmartLifecycle {

    /** Before event processors, lanes and the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_000;

    private final JdbcTemplate everyTenant;
    private final Lifetimes lifetimes;
    private volatile boolean running;

    BudgetsAtStart(@Qualifier("systemDataSource") DataSource everyTenant, Lifetimes lifetimes) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.lifetimes = lifetimes;
    }

    @Override
    public void start() {
        everyTenant.query("select tenant_id from quota.budget", row -> {
            lifetimes.watch(new TenantId(row.getString(1)));
        });
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return EARLY;
    }
}
