package quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import tenancy.Caller;
import tenancy.Role;
import tenancy.Subscriptions;
import tenancy.TenantId;

/**
 * The request rate of each tenant, decided in memory before the lane: a flood reaches neither the lane nor the
 * journal. It is the tenant's rate, whichever of its keys, agents or connections send; only what its administrators
 * contain has the same rate once more to itself, so that a flood of the tenant's own does not keep them from stopping it.
 */
@Component
class RateGate implements HandlerInterceptor {

    private static final int MOST_BUCKETS = 200_000;
    private static final String CONTAINMENT = "/v1/containment";

    private final QuotaClasses classes;
    private final Subscriptions subscriptions;
    private final ThrottleCounts throttled;
    private final Clock clock;
    private final LongSupplier nanos;

    /** @param containing whether it is for containing, and for nothing else */
    private record Rate(TenantId tenant, boolean containing) {}

    private final Cache<Rate, TokenBucket> buckets = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_BUCKETS)
            .build();

    @Autowired
    RateGate(QuotaClasses classes, Subscriptions subscriptions, ThrottleCounts throttled, Clock clock) {
        this(classes, subscriptions, throttled, clock, System::nanoTime);
    }

    /** @param nanos monotonic: a wall clock that is set back would stop or refill the rate */
    RateGate(
            QuotaClasses classes,
            Subscriptions subscriptions,
            ThrottleCounts throttled,
            Clock clock,
            LongSupplier nanos) {
        this.classes = classes;
        this.subscriptions = subscriptions;
        this.throttled = throttled;
        this.clock = clock;
        this.nanos = nanos;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Caller caller = Caller.asking();
        // An answer that was completed later, and an error page, are the same request once more.
        if (request.getDispatcherType() == DispatcherType.REQUEST
                && caller != null
                && caller.role() != Role.OPERATOR
                && !caller.tenant().equals(TenantId.FLEET)) {
            boolean containing = caller.role() == Role.TENANT_ADMIN
                    && request.getRequestURI().startsWith(CONTAINMENT);
            admit(new Rate(caller.tenant(), containing)).forEach(response::setHeader);
        }
        return true;
    }

    /**
     * Takes one request from the tenant's rate.
     *
     * @return fields for the answer: what is left of the rate
     * @throws TooManyRequests if nothing is left
     */
    Map<String, String> admit(TenantId tenant) {
        return admit(new Rate(tenant, false));
    }

    private Map<String, String> admit(Rate rate) {
        TenantId tenant = rate.tenant();
        Limits limits = classes.limits(tenant, subscriptions.quotaClass(tenant).orElse("none"));
        long now = nanos.getAsLong();
        TokenBucket.Taken taken =
                buckets.get(rate, isNew -> new TokenBucket(now)).take(limits.requestsPerSecond(), limits.burst(), now);
        if (taken.granted()) {
            return fields(limits, taken);
        }
        Instant refusedAt = clock.instant();
        throttled.count(tenant, limits.requestsPerSecond(), refusedAt);
        Map<String, String> fields = fields(limits, taken);
        fields.put("Retry-After", Long.toString(seconds(taken.untilNext())));
        throw new TooManyRequests(limits, Duration.ofNanos(taken.untilNext()), refusedAt, fields);
    }

    /** As draft-ietf-httpapi-ratelimit-headers has them: {@code q} requests in a window of {@code w} seconds. */
    private static Map<String, String> fields(Limits limits, TokenBucket.Taken taken) {
        long window = Math.ceilDiv(limits.burst(), limits.requestsPerSecond());
        long resets = taken.granted() ? taken.untilFull() : taken.untilNext();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("RateLimit-Policy", "\"requests\";q=" + limits.burst() + ";w=" + window);
        fields.put("RateLimit", "\"requests\";r=" + taken.remaining() + ";t=" + seconds(resets));
        return fields;
    }

    private static long seconds(long nanos) {
        return Math.ceilDiv(nanos, 1_000_000_000L);
    }
}
