package execution;

import java.time.Clock;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.ContentRetention;
import tenancy.Recurring;
import tenancy.TenantId;

/**
 * Makes unreadable what agents sent and got, once it is longer ago than the tenant's policy wants it readable: a day (UTC)
 * at a time. A day is spared while an action that was asked for on it, or before, waits or runs: it needs its arguments.
 */
@Component
class OldContents implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OldContents.class);
    private static final String WANTED =
            "select tenant_id, payload_days from execution.retention where payload_days is not null";
    private static final String OLDEST_OPEN = """
        select min(a.created_at) from execution.action a where a.tenant_id = ? and a.action in (
            select q.action from execution.queue_entry q where q.tenant_id = ?
            union all
            select p.action from execution.approval p where p.tenant_id = ? and p.state = 'open')\
        """;

    private final JdbcTemplate everyTenant;
    private final ContentRetention contents;
    private final Clock clock;
    private final Recurring timer;

    OldContents(
            @Qualifier("systemDataSource") DataSource everyTenant,
            ContentRetention contents,
            ExecutionSettings settings,
            Clock clock) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.contents = contents;
        this.timer = new Recurring("old-contents", settings.forgetEvery(), this::forget);
        this.clock = clock;
    }

    private record Wanted(TenantId tenant, int days) {}

    /** Goes through all tenants that want it. */
    void forget() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        List<Wanted> all =
                everyTenant.query(WANTED, (row, number) -> new Wanted(new TenantId(row.getString(1)), row.getInt(2)));
        all.forEach(wanted -> forget(wanted, today));
    }

    /** What is in the way of one tenant's keeps nobody else's contents readable. */
    private void forget(Wanted wanted, LocalDate today) {
        try {
            LocalDate last = today.minusDays(wanted.days() + 1L);
            LocalDate open = oldestOpen(wanted.tenant());
            LocalDate through = open == null || open.isAfter(last) ? last : open.minusDays(1);
            long destroyed = contents.destroyThrough(wanted.tenant(), through);
            if (destroyed > 0) {
                log.info("What agents of {} sent and got until {} is not readable any more", wanted.tenant(), through);
            }
        } catch (RuntimeException failed) {
            log.warn("Old contents of {} are still readable, and tried again", wanted.tenant(), failed);
        }
    }

    private @Nullable LocalDate oldestOpen(TenantId tenant) {
        OffsetDateTime asked = everyTenant.queryForObject(
                OLDEST_OPEN, OffsetDateTime.class, tenant.value(), tenant.value(), tenant.value());
        return asked == null ? null : LocalDate.ofInstant(asked.toInstant(), ZoneOffset.UTC);
    }

    @Override
    public void start() {
        timer.start();
    }

    @Override
    public void stop() {
        timer.stop();
    }

    @Override
    public boolean isRunning() {
        return timer.isRunning();
    }
}
