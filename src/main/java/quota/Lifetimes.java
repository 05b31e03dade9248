package quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import quota.QuotaCommand.SweepReservations;
import tenancy.Recurring;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Gives back what was reserved and never settled, through each tenant's lane and journal. A tenant is looked at soon
 * after the start, or once it first reserves, and then when its next reservation has outlived its time.
 */
@Component
class Lifetimes implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Lifetimes.class);
    private static final int PAGE = 200;
    private static final long TICK_SECONDS = 1;
    /** Between the web server (default phase - 2048), which sends no more, and Axon with its lanes (- 3072 and less). */
    private static final int AFTER_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2560;

    private final TenantCommands commands;
    private final QuotaSettings settings;
    private final Clock clock;
    private final Counter expired;
    /** When each tenant that has a budget is looked at next. */
    private final Map<TenantId, Instant> due = new ConcurrentHashMap<>();

    private final Recurring sweeping = new Recurring("reservation-lifetimes", Duration.ofSeconds(TICK_SECONDS), () -> {
        int unused = sweep();
    });

    Lifetimes(TenantCommands commands, QuotaSettings settings, Clock clock, MeterRegistry meters) {
        this.commands = commands;
        this.settings = settings;
        this.clock = clock;
        this.expired = Counter.builder("quota.expired")
                .description("Reservations that were given back because nobody settled them")
                .register(meters);
    }

    /** The tenant has a budget. Called for each action: hardly ever more than a look. */
    void watch(TenantId tenant) {
        if (!due.containsKey(tenant)) {
            due.put(tenant, Instant.EPOCH);
        }
    }

    /** Looks at every tenant whose time has come, one after another; answers how many reservations were given back. */
    int sweep() {
        Instant now = clock.instant();
        return List.copyOf(due.entrySet()).stream()
                .filter(tenant -> !tenant.getValue().isAfter(now))
                .mapToInt(tenant -> sweep(tenant.getKey(), now))
                .sum();
    }

    private int sweep(TenantId tenant, Instant now) {
        TenantContext context = TenantContext.of(tenant, "platform:reservation_lifetime", null);
        int given = 0;
        try {
            Swept swept = new Swept(0, 0, true, now);
            while (swept.more()) {
                swept = commands.ask(
                        context,
                        new SweepReservations(
                                new BudgetId(tenant), settings.reservationLifetime(), swept.after(), PAGE, now));
                given += swept.expired();
            }
            due.put(tenant, swept.dueAt());
        } catch (RuntimeException failed) {
            // It stays due: the next look tries again.
            LOG.warn("Old reservations of {} could not be looked at: {}", tenant, failed.toString());
        }
        expired.increment(given);
        return given;
    }

    @Override
    public void start() {
        sweeping.start();
    }

    @Override
    public void stop() {
        sweeping.stop();
    }

    @Override
    public boolean isRunning() {
        return sweeping.isRunning();
    }

    @Override
    public int getPhase() {
        return AFTER_WEB_SERVER;
    }
}
