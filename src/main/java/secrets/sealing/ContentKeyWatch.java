package secrets.sealing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Recurring;
import tenancy.TenantId;

/**
 * Hears of keys that were destroyed on another node, and makes the next day's keys before they are needed: at midnight
 * nobody waits for one, and nobody is refused because the wrapping keys cannot be reached just then.
 */
@Component
class ContentKeyWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ContentKeyWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    /** What was committed late, or by a clock that is behind, is not missed. */
    private static final Duration LOOKS_BACK = Duration.ofMinutes(5);

    private static final LocalTime MAKES_FROM = LocalTime.of(23, 0);
    private static final int MADE_AT_ONCE = 200;
    private static final String DESTROYED = """
        select tenant_id, max(period) as period from secrets.content_key where destroyed_at > ? group by tenant_id\
        """;
    private static final String ERASED = "select tenant_id from secrets.erased_tenant where erased_at > ?";
    private static final String WITHOUT_NEXT = """
        select k.tenant_id from secrets.content_key k
        where k.period = ? and k.destroyed_at is null and k.tenant_id > ? and not exists (
            select from secrets.content_key n where n.tenant_id = k.tenant_id and n.period = ?)
        order by k.tenant_id limit ?\
        """;

    private final ContentKeys keys;
    private final JdbcTemplate everyTenant;
    private final Clock clock;
    private final Recurring timer;
    private final int madeAtOnce;
    /** The last for which one was made, or could not be: however many have damaged keys, the others' turns come. */
    private String after = "";

    @Autowired
    ContentKeyWatch(ContentKeys keys, @Qualifier("systemDataSource") DataSource everyTenant, Clock clock) {
        this(keys, everyTenant, clock, MADE_AT_ONCE);
    }

    ContentKeyWatch(ContentKeys keys, DataSource everyTenant, Clock clock, int madeAtOnce) {
        this.madeAtOnce = madeAtOnce;
        this.keys = keys;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.clock = clock;
        this.timer = new Recurring("content-keys", EVERY, this::look);
    }

    void look() {
        Instant now = clock.instant();
        var since = now.minus(LOOKS_BACK).atOffset(ZoneOffset.UTC);
        everyTenant.query(
                DESTROYED,
                row -> {
                    keys.forget(new TenantId(row.getString("tenant_id")), row.getString("period"));
                },
                since);
        everyTenant.query(
                ERASED,
                row -> {
                    keys.forget(new TenantId(row.getString("tenant_id")));
                },
                since);
        if (LocalTime.ofInstant(now, ZoneOffset.UTC).isBefore(MAKES_FROM)) {
            return;
        }
        var today = keys.today();
        List<TenantId> without = everyTenant.query(
                WITHOUT_NEXT,
                (row, number) -> new TenantId(row.getString(1)),
                today.toString(),
                after,
                today.plusDays(1).toString(),
                madeAtOnce);
        without.forEach(tenant -> make(tenant, today.plusDays(1)));
        after = without.size() < madeAtOnce ? "" : without.getLast().value();
    }

    /** A tenant whose data key is damaged takes nobody else's next day. */
    private void make(TenantId tenant, LocalDate day) {
        try {
            keys.make(tenant, day);
        } catch (RuntimeException failed) {
            LOG.warn("The key of {} for {} could not be made ahead: {}", tenant, day, failed.toString());
        }
    }

    @Override
    public void start() {
        timer.startNow();
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
