package execution;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/**
 * Whether queued actions are being given slots. A dispatcher that cannot look at its table makes the node {@code DEGRADED}
 * and not unready: it goes on deciding, and whoever would stop something has to reach it.
 */
@Component("dispatcherHealthIndicator")
class DispatcherHealth implements HealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED", "queued actions are not looked for");
    private static final Duration TOO_LONG = Duration.ofSeconds(10);

    private final Dispatcher dispatcher;
    private final Backlog backlog;
    private final Clock clock;

    DispatcherHealth(Dispatcher dispatcher, Backlog backlog, Clock clock) {
        this.dispatcher = dispatcher;
        this.backlog = backlog;
        this.clock = clock;
    }

    @Override
    public Health health() {
        Instant last = dispatcher.lastSweep();
        boolean sweeps = last != null && last.plus(TOO_LONG).isAfter(clock.instant());
        Health.Builder health =
                !dispatcher.isRunning() ? Health.down() : sweeps ? Health.up() : Health.status(DEGRADED);
        if (last != null) {
            health.withDetail("last_sweep", last.toString());
        }
        backlog.pools()
                .forEach(pool -> health.withDetail(
                        pool.name(),
                        "%d of %d slots in use, %d wait".formatted(pool.running(), pool.slots(), pool.waiting())));
        return health.build();
    }
}
