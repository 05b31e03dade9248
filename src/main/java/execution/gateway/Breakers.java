package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.gateway.TargetSystem.BreakerRule;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
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
            .build();

    Breakers(Clock clock) {
        this.clock = clock;
    }

    /** A changed rule starts with a new breaker. */
    private record Key(TenantId tenant, String system, BreakerRule rule) {}

    Breaker of(TenantId tenant, String system, BreakerRule rule) {
        return breakers.get(new Key(tenant, system, rule), key -> new Breaker(key, clock));
    }

    /** Lets calls through while the system is in health. */
    static final class Breaker {

        private final CircuitBreaker circuit;
        private final Clock clock;
        private volatile @Nullable Instant openUntil;

        private Breaker(Key key, Clock clock) {
            this.clock = clock;
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
