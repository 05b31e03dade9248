package execution;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTag;

/** How long admission, start and run take; the timers are kept, because looking one up costs more than a decision. */
@Component
class ExecutionTimers {

    private final MeterRegistry meters;
    private final TenantTag tag;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    ExecutionTimers(MeterRegistry meters, TenantTag tag) {
        this.meters = meters;
        this.tag = tag;
    }

    /** What is timed. */
    enum Step {
        ADMIT("execution.admit", "Time to decide on one action"),
        START("execution.start", "Time to commit the start of one action"),
        RUN("execution.run", "Time that one action holds its slot");

        private final String metric;
        private final String words;

        Step(String metric, String words) {
            this.metric = metric;
            this.words = words;
        }
    }

    private record Key(Step step, String tenant, String outcome) {}

    void record(Step step, TenantId tenant, String outcome, long nanos) {
        timers.computeIfAbsent(new Key(step, tag.of(tenant), outcome), this::timer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Key key) {
        return Timer.builder(key.step().metric)
                .description(key.step().words)
                .tag("tenant", key.tenant())
                .tag("outcome", key.outcome())
                .register(meters);
    }
}
