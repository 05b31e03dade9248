package secrets;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Capacity;
import tenancy.Recurring;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Hears of fences that other nodes committed, and ends what this node has under way under them. New uses need no
 * hearing: each is checked in the database.
 */
@Component
class FenceWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(FenceWatch.class);
    private static final Duration LOOKS_EVERY = Duration.ofMillis(250);

    /** Longer than is looked back. */
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

    /** Looked back for so long: by how much the clocks of nodes may differ, and a commit may lag behind its time. */
    private static final String LATELY = """
        select tenant_id, scope, key, fence from secrets.fence where revoked_at > now() - interval '5 minutes'\
        """;

    private final JdbcTemplate everyTenant;
    private final Revocations revocations;
    private final Cache<Fence, Boolean> heard = Caffeine.newBuilder()
            .executor(Runnable::run)
            .expireAfterWrite(REMEMBERED_FOR)
            .build();
    private final Recurring looking = new Recurring("fences", LOOKS_EVERY, () -> Capacity.CONTROL.run(this::look));

    FenceWatch(@Qualifier("systemDataSource") DataSource everyTenant, Revocations revocations) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.revocations = revocations;
    }

    void look() {
        List<Fence> lately = everyTenant.query(
                LATELY,
                (row, number) -> new Fence(
                        new TenantId(row.getString("tenant_id")),
                        Scope.named(row.getString("scope")),
                        row.getString("key"),
                        row.getLong("fence")));
        for (Fence fence : lately) {
            if (heard.asMap().putIfAbsent(fence, true) == null) {
                // What it waits for must not keep the next from being heard.
                Thread unused = Thread.ofVirtual().name("fence").start(() -> Capacity.CONTROL.run(() -> end(fence)));
            }
        }
    }

    private void end(Fence fence) {
        try {
            revocations.end(fence, TenantContext.of(fence.tenant(), "platform:revocation", null));
        } catch (RuntimeException failed) {
            heard.invalidate(fence);
            LOG.error("What a revocation ended here was not told of; it is tried again: {}", fence, failed);
        }
    }

    @Override
    public void start() {
        looking.startNow();
    }

    @Override
    public void stop() {
        looking.stop();
    }

    @Override
    public boolean isRunning() {
        return looking.isRunning();
    }
}
