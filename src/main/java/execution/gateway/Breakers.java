package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import execution.gateway.SystemHealth.Circuit;
import execution.gateway.TargetSystem.BreakerRule;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** One circuit breaker for each tenant and system: what fails for one tenant is not held against another. */
@Component
class Breakers {

    private static final Logger LOG = LoggerFactory.getLogger(Breakers.class);
    private static final int MOST = 50_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    private final Clock clock;
    private final Cache<Key, Breaker> breakers = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST)
            .expireAfterAccess(FORGOTTEN_AFTER)
            .removalListener((@Nullable Key key, @Nullable Breaker breaker, RemovalCause cause) -> {
                if (breaker != null) {
                    breaker.forgotten();
                }
            })
            .build();

    private final MeterRegistry meters;
    private final SystemTag tag = new SystemTag();
    /** How many circuits of a system do not let all calls through, by its name as a label. */
    private final Map<String, AtomicInteger> broken = new ConcurrentHashMap<>();

    Breakers(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        this.meters = meters;
    }

    /** A changed rule starts with a new breaker. */
    private record Key(TenantId tenant, String system, BreakerRule rule) {}

    Breaker of(TenantId tenant, String system, BreakerRule rule) {
        return breakers.get(new Key(tenant, system, rule), key -> new Breaker(key, clock, broken(system)));
    }

    /** What was seen of a system, without making anything of it. */
    Circuit seen(TenantId tenant, String system, BreakerRule rule) {
        Breaker breaker = breakers.getIfPresent(new Key(tenant, system, rule));
        return breaker == null ? Circuit.UNUSED : breaker.seen();
    }

    private AtomicInteger broken(String system) {
        return broken.computeIfAbsent(tag.of(system), label -> {
            var count = new AtomicInteger();
            Gauge.builder("gateway.circuits.open", count, AtomicInteger::get)
                    .description("Tenants whose calls to the system are held back because it fails")
                    .tag("system", label)
                    .register(meters);
            return count;
        });
    }

    /** Lets calls through while the system is in health. */
    static final class Breaker {

        private final CircuitBreaker circuit;
        private final Clock clock;
        private final AtomicInteger broken;
        private final AtomicBoolean counted = new AtomicBoolean();
        private volatile @Nullable Instant openUntil;
        private volatile @Nullable String lastFailure;

        private Breaker(Key key, Clock clock, AtomicInteger broken) {
            this.clock = clock;
            this.broken = broken;
            BreakerRule rule = key.rule();
            circuit = CircuitBreaker.of(
                    key.system(),
                    CircuitBreakerConfig.custom()
                            .clock(clock)
                            .failureRateThreshold(rule.failureRate())
                            .slidingWindowSize(rule.window())
                            .minimumNumberOfCalls(rule.minimumCalls())
                            .waitDurationInOpenState(rule.openFor())
                            .permittedNumberOfCallsInHalfOpenState(rule.trialCalls())
                            // A trial whose end is never told must not keep the circuit half open for ever.
                            .maxWaitDurationInHalfOpenState(Duration.ofMinutes(5))
                            .recordResult(Boolean.FALSE::equals)
                            .build());
            circuit.getEventPublisher().onStateTransition(event -> {
                if (event.getStateTransition().getToState() == State.OPEN) {
                    openUntil = clock.instant().plus(rule.openFor());
                }
                count(event.getStateTransition().getToState() != State.CLOSED);
                LOG.info(
                        "Circuit of {} for {} is {}",
                        key.system(),
                        key.tenant(),
                        event.getStateTransition().getToState());
            });
        }

        /** Each true must be followed by exactly one of {@link #ended} and {@link #nothingLearned}. */
        boolean letsThrough() {
            return circuit.tryAcquirePermission();
        }

        void ended(boolean healthy, long nanos) {
            circuit.onResult(nanos, TimeUnit.NANOSECONDS, healthy);
        }

        /** What the last call that counted against the system ended with. */
        void failed(String code) {
            lastFailure = code;
        }

        private Circuit seen() {
            State state = circuit.getState();
            float rate = circuit.getMetrics().getFailureRate();
            return new Circuit(
                    switch (state) {
                        case CLOSED, DISABLED, METRICS_ONLY -> "closed";
                        case OPEN, FORCED_OPEN -> "open";
                        case HALF_OPEN -> "half_open";
                    },
                    rate < 0 ? null : (double) rate,
                    state == State.OPEN ? opensAt() : null,
                    lastFailure);
        }

        private void count(boolean isBroken) {
            if (counted.compareAndSet(!isBroken, isBroken)) {
                broken.addAndGet(isBroken ? 1 : -1);
            }
        }

        private void forgotten() {
            count(false);
        }

        void nothingLearned() {
            circuit.releasePermission();
        }

        /** When calls are let through again; null if that depends on trials under way. */
        @Nullable
        Instant opensAt() {
            Instant until = openUntil;
            return until != null && until.isAfter(clock.instant()) ? until : null;
        }
    }
}
