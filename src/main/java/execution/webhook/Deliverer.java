package execution.webhook;

import execution.gateway.Messenger;
import execution.gateway.Messenger.Sent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.Seals;
import tenancy.TenantId;
import tenancy.TenantTag;

/**
 * Delivers what was committed to be told, at least once: tried again later and later, and given up at last. One
 * receiver that is slow takes a few threads and no more, and nobody who asks for an action waits for any of it.
 */
@Component
class Deliverer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Deliverer.class);
    /** Between the web server, which sends no more, and Axon with its lanes. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2560;

    private static final int MOST_AT_ONCE = 32;
    private static final int MOST_OF_A_TENANT = 4;
    private static final int GONE = 410;
    private static final Duration KEPT = Duration.ofDays(7);
    private static final int SWEEPS_BETWEEN_TIDYING = 3_600;

    private static final String DUE = """
        select tenant_id, message, webhook from (
            select tenant_id, message, webhook, next_at,
                row_number() over (partition by tenant_id order by next_at) as place
            from execution.webhook_delivery where next_at <= ?) due
        where place <= ? order by next_at limit ?\
        """;
    /** Whoever takes it has so long: another node, or the next start, takes it after that. */
    private static final String TAKE = """
        update execution.webhook_delivery d set attempts = attempts + 1, next_at = ?
        from execution.webhook w
        where d.tenant_id = ? and d.message = ? and d.webhook = ? and d.next_at <= ?
            and w.tenant_id = d.tenant_id and w.webhook = d.webhook
        returning d.body, d.attempts, w.url, w.may_be_private\
        """;

    private static final String DONE =
            "delete from execution.webhook_delivery where tenant_id = ? and message = ? and webhook = ?";
    private static final String AGAIN = """
        update execution.webhook_delivery set next_at = ?, last_error = ?
        where tenant_id = ? and message = ? and webhook = ?\
        """;
    private static final String ORPHANED = """
        delete from execution.webhook_delivery d where d.tenant_id = ? and d.message = ? and d.webhook = ?
            and not exists (select from execution.webhook w
                where w.tenant_id = d.tenant_id and w.webhook = d.webhook)\
        """;
    private static final String TIDY =
            "delete from execution.webhook_delivery where next_at is null and created_at < ?";

    private final JdbcTemplate system;
    private final WebhookSecrets secrets;
    private final Messenger messenger;
    private final WebhookSettings settings;
    private final Clock clock;
    private final MeterRegistry meters;
    private final TenantTag tag;
    private final Map<String, AtomicInteger> busy = new ConcurrentHashMap<>();
    private final AtomicInteger sending = new AtomicInteger();
    private int sweeps;
    private volatile boolean running;
    private @Nullable Thread loop;

    Deliverer(
            @Qualifier("systemDataSource") DataSource system,
            WebhookSecrets secrets,
            Messenger messenger,
            WebhookSettings settings,
            Clock clock,
            MeterRegistry meters,
            TenantTag tag) {
        this.system = new JdbcTemplate(system);
        this.secrets = secrets;
        this.messenger = messenger;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.tag = tag;
    }

    private record Due(TenantId tenant, String message, String webhook) {}

    private record Taken(String body, int attempts, URI url, boolean mayBePrivate) {}

    private void run() {
        while (running) {
            try {
                sweep();
                Thread.sleep(settings.poll());
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException failed) {
                if (running) {
                    log.warn("Webhooks cannot be delivered now: {}", failed.toString());
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(settings.poll());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        Instant now = clock.instant();
        if (sweeps++ % SWEEPS_BETWEEN_TIDYING == 0) {
            int unused = system.update(TIDY, at(now.minus(KEPT)));
        }
        for (Due due :
                system.query(DUE, (row, number) -> due(row), at(now), MOST_OF_A_TENANT, MOST_AT_ONCE - sending.get())) {
            AtomicInteger ofTenantNow = busy.computeIfAbsent(due.tenant().value(), none -> new AtomicInteger());
            if (ofTenantNow.get() < MOST_OF_A_TENANT) {
                ofTenantNow.incrementAndGet();
                sending.incrementAndGet();
                Thread.ofVirtual().name("webhook").start(() -> deliver(due, ofTenantNow));
            }
        }
        busy.values().removeIf(count -> count.get() == 0);
    }

    private void deliver(Due due, AtomicInteger ofTenantNow) {
        try {
            take(due);
        } catch (RuntimeException failed) {
            // It stays taken for a while, and is due again after that.
            if (running) {
                log.warn("A webhook of {} could not be delivered: {}", due.tenant(), failed.toString());
            }
        } finally {
            ofTenantNow.decrementAndGet();
            sending.decrementAndGet();
        }
    }

    private void take(Due due) {
        Instant now = clock.instant();
        Instant free = now.plus(settings.timeout().multipliedBy(3));
        List<Taken> taken = system.query(
                TAKE,
                (row, number) -> new Taken(
                        row.getString("body"),
                        row.getInt("attempts"),
                        URI.create(row.getString("url")),
                        row.getBoolean("may_be_private")),
                at(free),
                due.tenant().value(),
                due.message(),
                due.webhook(),
                at(now));
        if (taken.isEmpty()) {
            int unused = system.update(ORPHANED, due.tenant().value(), due.message(), due.webhook());
            return;
        }
        send(due, taken.getFirst(), now);
    }

    private void send(Due due, Taken taken, Instant now) {
        long began = System.nanoTime();
        byte[] key = null;
        String keyless = "no_secret";
        try {
            key = secrets.find(new WebhookId(due.tenant(), due.webhook()))
                    .flatMap(Signature::key)
                    .orElse(null);
        } catch (Seals.Unsealable tampered) {
            log.warn("{}", tampered.getMessage());
            keyless = "unsealable_secret";
        }
        Sent sent = key == null
                ? new Sent.Unanswered(keyless)
                : messenger.post(
                        due.tenant(),
                        taken.url(),
                        taken.mayBePrivate(),
                        Map.of(
                                "webhook-id", due.message(),
                                "webhook-timestamp", Long.toString(now.getEpochSecond()),
                                "webhook-signature",
                                        Signature.of(key, due.message(), now.getEpochSecond(), taken.body())),
                        taken.body(),
                        settings.timeout());
        String outcome = record(due, taken, sent);
        Timer.builder("webhook.delivery")
                .description("Time to tell one webhook once")
                .tag("tenant", tag.of(due.tenant()))
                .tag("outcome", outcome)
                .register(meters)
                .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    }

    private String record(Due due, Taken taken, Sent sent) {
        if (sent instanceof Sent.Answered answered && answered.status() / 100 == 2) {
            int unused = system.update(DONE, due.tenant().value(), due.message(), due.webhook());
            return "delivered";
        }
        boolean gone = sent instanceof Sent.Answered answered && answered.status() == GONE;
        boolean last = gone || taken.attempts() >= settings.mostAttempts();
        String why = switch (sent) {
            case Sent.Answered answered -> "answered " + answered.status();
            case Sent.Unanswered unanswered -> unanswered.why();
        };
        int unused = system.update(
                AGAIN,
                last ? null : at(clock.instant().plus(settings.pause(taken.attempts()))),
                why,
                due.tenant().value(),
                due.message(),
                due.webhook());
        return last ? "given_up" : "failed";
    }

    private static Due due(ResultSet row) throws SQLException {
        return new Due(new TenantId(row.getString("tenant_id")), row.getString("message"), row.getString("webhook"));
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    @Override
    public void start() {
        running = true;
        loop = Thread.ofPlatform().daemon().name("webhooks").start(this::run);
    }

    /** What is on its way is not waited for: it is due again at the next start. */
    @Override
    public void stop() {
        running = false;
        Thread thread = loop;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
