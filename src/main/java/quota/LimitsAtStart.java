package quota;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** Reads every class and override into memory before the first request is served. */
@Component
class LimitsAtStart implements SmartLifecycle {

    /** Before event processors, lanes and the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_000;

    private final JdbcTemplate everyTenant;
    private final LimitsInForce limits;
    private volatile boolean running;

    LimitsAtStart(@Qualifier("systemDataSource") DataSource everyTenant, LimitsInForce limits) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.limits = limits;
    }

    @Override
    public void start() {
        everyTenant.query("""
            select name, version, requests_per_second, burst, concurrent_runs, tool_calls_per_day, weight,
                   max_parallel_actions, queued_actions
            from quota.quota_class\
            """, row -> {
            limits.defined(new DefinedClass(
                    row.getString(1),
                    new Limits(
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getLong(9)),
                    row.getLong(2)));
        });
        Map<TenantId, Overrides> overrides = new HashMap<>();
        everyTenant.query(
                "select tenant_id, limit_name, layer, limit_value, version from quota.limit_override", row -> {
                    Layer layer = Layer.valueOf(row.getString(3).toUpperCase(Locale.ROOT));
                    TenantId tenant = new TenantId(row.getString(1));
                    Overrides known = overrides.getOrDefault(tenant, Overrides.NONE);
                    long version = Math.max(known.version(), row.getLong(5));
                    overrides.put(tenant, known.with(layer, row.getString(2), row.getLong(4), version));
                });
        overrides.forEach(limits::overridden);
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
