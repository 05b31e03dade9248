package policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import tenancy.TenantId;
import tenancy.TenantTag;

/** How long decisions take; the timers are kept, because looking one up costs more than deciding. */
@Component
class DecisionTimers {

    private final MeterRegistry meters;
    private final TenantTag tag;
    private final Map<String, Timer> allowed = new ConcurrentHashMap<>();
    private final Map<String, Timer> needApproval = new ConcurrentHashMap<>();
    private final Map<String, Timer> needCheck = new ConcurrentHashMap<>();
    private final Map<String, Timer> denied = new ConcurrentHashMap<>();

    DecisionTimers(MeterRegistry meters, TenantTag tag) {
        this.meters = meters;
        this.tag = tag;
    }

    void record(TenantId tenant, Verdict verdict, long nanos) {
        String named = tag.of(tenant);
        Timer timer = switch (verdict) {
            case Allowed _ -> allowed.computeIfAbsent(named, name -> timer(name, "allowed"));
            case Verdict.NeedsApproval _ -> needApproval.computeIfAbsent(named, name -> timer(name, "needs_approval"));
            case Verdict.NeedsCheck _ -> needCheck.computeIfAbsent(named, name -> timer(name, "needs_check"));
            case Denied _ -> denied.computeIfAbsent(named, name -> timer(name, "denied"));
        };
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String tenant, String outcome) {
        return Timer.builder("policy.decide")
                .description("Time to decide on one envelope under the tenant's policy")
                .tag("tenant", tenant)
                .tag("outcome", outcome)
                .register(meters);
    }
}
