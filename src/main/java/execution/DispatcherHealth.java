package execution;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether queued actions are being given slots. */
@Component("dispatcherHealthIndicator")
class DispatcherHealth implements HealthIndicator {

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
        Health.Builder health = dispatcher.isRunning() && sweeps ? Health.up() : Health.down();
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
