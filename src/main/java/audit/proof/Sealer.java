package audit.proof;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Recurring;
import tenancy.TenantId;

/**
 * Seals journals behind the writers: one thread, which nothing on the way of a request waits for. It looks at what was
 * written since it looked last, and every so often at all tenants, because a position in the common order can be
 * committed later than a higher one.
 */
@Component
class Sealer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Sealer.class);
    private static final int LOOKS_BETWEEN_FULL_ONES = 60;
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final String LAST = "select coalesce(max(global_index), 0) from journal.event";
    private static final String GROWN =
            "select distinct tenant_id from journal.event where global_index > ? and global_index <= ?";
    /** Jumps from tenant to tenant in the index, instead of walking over all their entries. */
    private static final String UNSEALED = """
        with recursive tenant(id) as (
            (select tenant_id from journal.event order by tenant_id limit 1)
            union all
            select (select tenant_id from journal.event where tenant_id > id order by tenant_id limit 1)
            from tenant where id is not null)
        select id from tenant left join audit.tree on tenant_id = id
        where id is not null and coalesce(size, 0) <
            (select tenant_seq from journal.event where tenant_id = id order by tenant_seq desc limit 1)\
        """;

    private final SealedTrees trees;
    private final JdbcTemplate everyTenant;
    private final Recurring looking;
    private final Map<String, String> failing = new HashMap<>();
    private long looked;
    private int looks;

    Sealer(SealedTrees trees, @Qualifier("systemDataSource") DataSource everyTenant, ProofSettings settings) {
        this.trees = trees;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.looking = new Recurring("journal-sealer", settings.sealEvery(), this::look);
    }

    private void look() {
        Long last = everyTenant.queryForObject(LAST, Long.class);
        long end = last == null ? 0 : last;
        boolean all = looks++ % LOOKS_BETWEEN_FULL_ONES == 0;
        if (all) {
            everyTenant.queryForList(UNSEALED, String.class).forEach(this::seal);
        } else if (end > looked) {
            everyTenant.queryForList(GROWN, String.class, looked, end).forEach(this::seal);
        }
        looked = end;
    }

    /** One tenant's damage keeps nobody else's journal from being sealed; it is told once. */
    private void seal(String tenant) {
        try {
            String unused = trees.seal(new TenantId(tenant));
            failing.remove(tenant);
        } catch (RuntimeException damaged) {
            String words = String.valueOf(damaged.getMessage());
            if (!words.equals(failing.put(tenant, words))) {
                log.error("The journal of {} cannot be sealed", tenant, damaged);
            }
        }
    }

    @Override
    public void start() {
        looking.start();
    }

    @Override
    public void stop() {
        looking.finish(GRACE);
    }

    @Override
    public boolean isRunning() {
        return looking.isRunning();
    }
}
