package quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerInterceptor;
import tenancy.Caller;
import tenancy.TenantId;

/**
 * Bounds the memory and the processor that a tenant takes by reading back what may be as large as requests: each answer is
 * held several times over, as stored, opened and written down, and by a slow reader for as long as it reads. Operators are
 * not counted: at their worst hour nothing that a tenant does keeps them from what they look for.
 */
final class ReadGate implements HandlerInterceptor {

    /** Whoever asks for the head of an answer has all of it made. */
    private static final Set<String> READS = Set.of("GET", "HEAD");

    private final String limit;
    private final int most;
    private final Duration patience;
    /** Whose room a request has; by name of the limit, as one request may pass several gates. */
    private final String held;
    /** Nobody remembers a tenant that reads nothing. */
    private final Cache<TenantId, Semaphore> tenants =
            Caffeine.newBuilder().executor(Runnable::run).weakValues().build();

    /**
     * @param limit names it to whoever is refused, such as {@code journal_reads}
     * @param most of a tenant at a time
     * @param patience how long one waits for its turn
     */
    ReadGate(String limit, int most, Duration patience) {
        this.limit = limit;
        this.most = most;
        this.patience = patience;
        this.held = ReadGate.class.getName() + '.' + limit;
    }

    String limit() {
        return limit;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws InterruptedException {
        Caller caller = Caller.asking();
        if (READS.contains(request.getMethod())
                && request.getDispatcherType() == DispatcherType.REQUEST
                && caller != null
                && !caller.tenant().equals(TenantId.FLEET)) {
            Semaphore own = tenants.get(caller.tenant(), isNew -> new Semaphore(most, true));
            if (!own.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TooManyReads(limit, most);
            }
            request.setAttribute(held, own);
        }
        return true;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        if (request.getAttribute(held) instanceof Semaphore own) {
            request.removeAttribute(held);
            own.release();
        }
    }
}
