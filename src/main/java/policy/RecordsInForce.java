package policy;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import policy.PolicyDocument.Records;
import tenancy.ReadAudit;
import tenancy.Role;
import tenancy.TenantId;
import tools.jackson.databind.json.JsonMapper;

/** Which readers each tenant's own layer wants to see, in memory: it is asked of every request. */
@Component
class RecordsInForce implements ReadAudit, SmartLifecycle {

    /** Before the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_000;

    private static final String NEWEST = """
        select distinct on (tenant_id) tenant_id, document::text from policy.policy_version
        where profile = ? and mode = 'enforced' order by tenant_id, version desc\
        """;

    private final JdbcTemplate everyTenant;
    private final JsonMapper json;
    private final Map<TenantId, Set<Role>> seen = new ConcurrentHashMap<>();
    private volatile boolean running;

    RecordsInForce(@Qualifier("systemDataSource") DataSource everyTenant, JsonMapper json) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.json = json;
    }

    @Override
    public boolean journals(TenantId tenant, Role role) {
        return seen.getOrDefault(tenant, Set.of()).contains(role);
    }

    void know(TenantId tenant, PolicyDocument document) {
        Records records = document.records();
        List<String> roles = records == null ? List.of() : records.journaledReads();
        if (roles.isEmpty()) {
            seen.remove(tenant);
        } else {
            var wanted = EnumSet.noneOf(Role.class);
            roles.forEach(role -> wanted.add(Role.valueOf(role.toUpperCase(Locale.ROOT))));
            seen.put(tenant, wanted);
        }
    }

    @Override
    public void start() {
        everyTenant.query(
                NEWEST,
                row -> {
                    know(new TenantId(row.getString(1)), json.readValue(row.getString(2), PolicyDocument.class));
                },
                Layer.OF_TENANT);
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
