package policy;

import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** Reads the names of all documents before the first request is served. */
@Component
class BooksAtStart implements SmartLifecycle {

    /** Before event processors, lanes and the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_000;

    private final JdbcTemplate everyTenant;
    private final KnownBooks known;
    private volatile boolean running;

    BooksAtStart(@Qualifier("systemDataSource") DataSource everyTenant, KnownBooks known) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.known = known;
    }

    @Override
    public void start() {
        // The versions too: what was published before there were books has none.
        everyTenant.query("""
            select tenant_id, profile from policy.book
            union select tenant_id, profile from policy.policy_version\
            """, row -> {
            known.know(new TenantId(row.getString(1)), row.getString(2));
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
