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
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads every class and override into memory before the first request is served. */
@Component
class LimitsAtStart implements SmartLifecycle {

    /** Before event processors, lanes and the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_000;

    private static final TypeReference<Map<String, Long>> COUNTED = new TypeReference<>() {};

    private final JdbcTemplate everyTenant;
    private final LimitsInForce limits;
    private final JsonMapper json;
    private volatile boolean running;

    LimitsAtStart(@Qualifier("systemDataSource") DataSource everyTenant, LimitsInForce limits, JsonMapper json) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.limits = limits;
        this.json = json;
    }

    @Override
    public void start() {
        everyTenant.query("""
            select name, version, requests_per_second, burst, concurrent_runs, tool_calls_per_day, weight,
                   max_parallel_actions, queued_actions, counted
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
                            row.getLong(9),
                            json.readValue(row.getString(10), COUNTED)),
                    row.getLong(2)));
        });
        Map<TenantId, Overrides> overrides = new HashMap<>();
        everyTenant.query(
                "select tenant_id, limit_name, layer, limit_value, version, scope from quota.limit_override", row -> {
                    Layer layer = Layer.valueOf(row.getString(3).toUpperCase(Locale.ROOT));
                    TenantId tenant = new TenantId(row.getString(1));
                    Overrides known = overrides.getOrDefault(tenant, Overrides.NONE);
                    long version = Math.max(known.version(), row.getLong(5));
                    overrides.put(
                            tenant, known.with(layer, row.getString(6), row.getString(2), row.getLong(4), version));
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
