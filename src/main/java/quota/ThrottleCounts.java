package quota;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import quota.QuotaCommand.CountThrottled;
import tenancy.Recurring;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** What the rate gate refused, counted in memory and written into each tenant's journal once a window. */
@Component
class ThrottleCounts implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ThrottleCounts.class);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration LAST_WRITE = Duration.ofSeconds(3);
    /** Between the web server (default phase - 2048), which sends no more, and Axon with its lanes (- 3072 and less). */
    private static final int AFTER_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2560;

    private final TenantCommands commands;
    private final Clock clock;
    private final Map<TenantId, Count> counts = new ConcurrentHashMap<>();
    private final Recurring timer = new Recurring("throttle-counts", WINDOW, () -> flush().join());

    ThrottleCounts(TenantCommands commands, Clock clock) {
        this.commands = commands;
        this.clock = clock;
    }

    private record Count(Instant since, long refused, long limit) {

        Count plus(Count more) {
            return new Count(
                    since.isBefore(more.since) ? since : more.since,
                    refused + more.refused,
                    Math.max(limit, more.limit));
        }
    }

    /** One more refused request; {@code limit} is what was in force. */
    void count(TenantId tenant, long limit, Instant at) {
        counts.merge(tenant, new Count(at, 1, limit), Count::plus);
    }

    /** Hands one event a tenant to its lane; completes when all are written or failed. */
    CompletableFuture<Void> flush() {
        Instant until = clock.instant();
        List<CompletableFuture<?>> writes = List.copyOf(counts.keySet()).stream()
                .<CompletableFuture<?>>map(tenant -> write(tenant, until))
                .toList();
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<?> write(TenantId tenant, Instant until) {
        Count count = counts.remove(tenant);
        if (count == null) {
            return CompletableFuture.completedFuture(null);
        }
        var command = new CountThrottled(new BudgetId(tenant), count.since(), until, count.refused(), count.limit());
        return send(tenant, command).handle((written, failed) -> {
            if (failed != null) {
                // Told later rather than never: a lane that is full is full because of such a flood.
                counts.merge(tenant, count, Count::plus);
                LOG.warn("Throttled requests of {} are counted but not journaled yet: {}", tenant, failed.toString());
            }
            return failed == null;
        });
    }

    private CompletableFuture<Object> send(TenantId tenant, CountThrottled command) {
        try {
            return commands.send(TenantContext.of(tenant, "platform:rate_gate", null), command);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    @Override
    public void start() {
        timer.start();
    }

    @Override
    public void stop() {
        if (!timer.isRunning()) {
            return;
        }
        timer.finish(LAST_WRITE);
        try {
            flush().orTimeout(LAST_WRITE.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException failed) {
            String why = failed.getCause() instanceof TimeoutException ? "in time" : "at all: " + failed.getCause();
            LOG.warn("The last throttled requests could not be journaled {}", why);
        }
    }

    @Override
    public boolean isRunning() {
        return timer.isRunning();
    }

    @Override
    public int getPhase() {
        return AFTER_WEB_SERVER;
    }
}
