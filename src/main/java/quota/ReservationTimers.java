package quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.TenantId;
import tenancy.TenantTag;

/** How long reservations take; the timers are kept, because looking one up costs more than reserving. */
@Component
class ReservationTimers {

    private final MeterRegistry meters;
    private final TenantTag tag;
    private final Map<String, Timer> granted = new ConcurrentHashMap<>();
    private final Map<String, Timer> throttled = new ConcurrentHashMap<>();
    private final Map<String, Timer> exceeded = new ConcurrentHashMap<>();

    ReservationTimers(MeterRegistry meters, TenantTag tag) {
        this.meters = meters;
        this.tag = tag;
    }

    void record(TenantId tenant, Reservation reservation, long nanos) {
        String named = tag.of(tenant);
        Timer timer = switch (reservation) {
            case Granted _ -> granted.computeIfAbsent(named, name -> timer(name, "granted"));
            case Throttled _ -> throttled.computeIfAbsent(named, name -> timer(name, "throttled"));
            case BudgetExceeded _ -> exceeded.computeIfAbsent(named, name -> timer(name, "budget_exceeded"));
        };
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String tenant, String outcome) {
        return Timer.builder("quota.reserve")
                .description("Time to reserve one action's use of the tenant's budget")
                .tag("tenant", tenant)
                .tag("outcome", outcome)
                .register(meters);
    }
}
