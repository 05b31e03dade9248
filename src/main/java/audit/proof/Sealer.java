package audit.proof;

import audit.Follower;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * Seals journals behind the writers: one thread, which nothing on the way of a request waits for. It looks at what was
 * written since it looked last, and every so often at all tenants, because a position in the common order can be
 * committed later than a higher one.
 */
@Component
class Sealer implements Follower.Work, SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Sealer.class);
    private static final int LOOKS_BETWEEN_FULL_ONES = 60;

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
    private final Follower follower;
    private long looked;
    private int looks;

    Sealer(SealedTrees trees, @Qualifier("systemDataSource") DataSource everyTenant, ProofSettings settings) {
        this.trees = trees;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.follower = new Follower("journal-sealer", settings.sealEvery(), this);
    }

    @Override
    public List<String> grown() {
        Long last = everyTenant.queryForObject(LAST, Long.class);
        long end = last == null ? 0 : last;
        List<String> grown = List.of();
        if (looks % LOOKS_BETWEEN_FULL_ONES == 0) {
            grown = everyTenant.query(UNSEALED, (row, number) -> row.getString(1));
        } else if (end > looked) {
            grown = everyTenant.query(GROWN, (row, number) -> row.getString(1), looked, end);
        }
        looks++;
        looked = end;
        return grown;
    }

    @Override
    public boolean step(TenantId tenant) {
        return trees.sealSome(tenant);
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
