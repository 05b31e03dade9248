package tenancy.containment;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The nodes that run, and which of them have heard of a change. Times are the database's own, so that no clock has to agree. */
@Component
class Nodes {

    /** Who has not looked for so long does not run any more, or starts nothing: it cannot reach the database. */
    private static final Duration GONE_AFTER = Duration.ofSeconds(5);

    private static final Duration WRITES_EVERY = Duration.ofSeconds(1);

    private static final String LOOKED = """
        insert into tenancy.node (node, looked_at) values (?, ?)
        on conflict (node) do update set looked_at = excluded.looked_at\
        """;

    private static final String NOW = "select clock_timestamp()";

    private static final String HEARD = """
        select node, looked_at >= ? as heard from tenancy.node
        where node <> ? and looked_at > clock_timestamp() - make_interval(secs => ?) order by node\
        """;

    private final JdbcTemplate everyTenant;
    private final String self;
    private long written = System.nanoTime() - WRITES_EVERY.toNanos();

    Nodes(@Qualifier("systemDataSource") DataSource everyTenant, Supplier<UUID> ids) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.self = "node_" + ids.get().toString().replace("-", "");
    }

    /** The time of the database, by which nodes say how far they have heard. */
    Instant now() {
        return Objects.requireNonNull(everyTenant.queryForObject(NOW, Timestamp.class))
                .toInstant();
    }

    /**
     * This node acts on all that was committed before.
     *
     * @param begun when it began to look: what is committed while it looks, it may not have seen
     */
    void looked(Instant begun, boolean news) {
        long now = System.nanoTime();
        if (news || now - written >= WRITES_EVERY.toNanos()) {
            written = now;
            int unused = everyTenant.update(LOOKED, self, begun.atOffset(ZoneOffset.UTC));
        }
    }

    /** This node is gone. */
    void leave() {
        int unused = everyTenant.update("delete from tenancy.node where node = ?", self);
    }

    /** All that act on what was committed by then; empty while one of those that run does not. */
    Optional<List<String>> heard(Instant committed) {
        List<String> nodes = new ArrayList<>(List.of(self));
        List<Boolean> others = everyTenant.query(
                HEARD,
                (row, number) -> {
                    nodes.add(row.getString("node"));
                    return row.getBoolean("heard");
                },
                committed.atOffset(ZoneOffset.UTC),
                self,
                GONE_AFTER.toSeconds());
        return others.contains(false) ? Optional.empty() : Optional.of(nodes);
    }
}
