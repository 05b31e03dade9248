package tenancy.containment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** The nodes that run, and which of them have heard of a change. Times are the database's own, so that no clock has to agree. */
@Component
class Nodes {

    /** Who has not looked for so long does not run any more, or starts nothing: it cannot reach the database. */
    private static final Duration GONE_AFTER = Duration.ofSeconds(5);

    private static final Duration WRITES_EVERY = Duration.ofSeconds(1);

    private static final String LOOKED = """
        insert into tenancy.node (node, looked_at) values (?, clock_timestamp())
        on conflict (node) do update set looked_at = excluded.looked_at\
        """;

    private static final String HEARD = """
        select n.node, n.looked_at >= c.updated_at as heard from tenancy.node n
        join tenancy.containment c on c.tenant_id = ? and c.containment = ?
        where n.node <> ? and n.looked_at > clock_timestamp() - make_interval(secs => ?) order by n.node\
        """;

    private final JdbcTemplate everyTenant;
    private final String self;
    private long written = System.nanoTime() - WRITES_EVERY.toNanos();

    Nodes(@Qualifier("systemDataSource") DataSource everyTenant, Supplier<UUID> ids) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.self = "node_" + ids.get().toString().replace("-", "");
    }

    /** This node has looked for changes, and acts on all there were. */
    void looked(boolean news) {
        long now = System.nanoTime();
        if (news || now - written >= WRITES_EVERY.toNanos()) {
            written = now;
            int unused = everyTenant.update(LOOKED, self);
        }
    }

    /** This node is gone. */
    void leave() {
        int unused = everyTenant.update("delete from tenancy.node where node = ?", self);
    }

    /** All that act on the change; empty while one of those that run does not. */
    Optional<List<String>> heard(TenantId tenant, String containment) {
        List<String> nodes = new ArrayList<>(List.of(self));
        List<Boolean> others = everyTenant.query(
                HEARD,
                (row, number) -> {
                    nodes.add(row.getString("node"));
                    return row.getBoolean("heard");
                },
                tenant.value(),
                containment,
                self,
                GONE_AFTER.toSeconds());
        return others.contains(false) ? Optional.empty() : Optional.of(nodes);
    }
}
