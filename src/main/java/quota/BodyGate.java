package quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import tenancy.Caller;
import tenancy.TenantId;

/**
 * Bounds the memory that large requests take while they are decided on, of one tenant and of all: what is read is parsed,
 * sealed, staged and written, and takes several times its length meanwhile. Whoever finds no room waits before its body is
 * read, so that its own connection holds what it sends back.
 */
@Component
class BodyGate implements AsyncHandlerInterceptor {

    /** What any request may have: how many of these there are, rates and connections bound. */
    static final int SMALL = 16 * 1024;

    private static final int KIBIBYTE = 1024;
    private static final int LARGEST = 1024 * KIBIBYTE;
    private static final int OF_HEAP = 16;
    private static final int OF_ALL = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String HELD = BodyGate.class.getName();

    private final int ofTenant;
    private final Duration patience;
    private final Semaphore all;
    /** In KiB; nobody remembers a tenant that has nothing under way. */
    private final Cache<TenantId, Semaphore> tenants =
            Caffeine.newBuilder().executor(Runnable::run).weakValues().build();

    @Autowired
    BodyGate() {
        this(Runtime.getRuntime().maxMemory() / OF_HEAP, PATIENCE);
    }

    /**
     * @param bytes of large requests under way at a time, of which a tenant may have a quarter
     * @param patience how long one waits for room
     */
    BodyGate(long bytes, Duration patience) {
        this.ofTenant = (int) Math.clamp(bytes / OF_ALL / KIBIBYTE, LARGEST / KIBIBYTE, Integer.MAX_VALUE / OF_ALL);
        this.all = new Semaphore(ofTenant * OF_ALL, true);
        this.patience = patience;
    }

    private record Held(Semaphore ofTenant, int size) {}

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws InterruptedException {
        long length = request.getContentLengthLong();
        Caller caller = Caller.asking();
        boolean hasBody = length > SMALL || length < 0 && request.getHeader("Transfer-Encoding") != null;
        if (hasBody && request.getDispatcherType() == DispatcherType.REQUEST && caller != null) {
            // What is longer than the largest is refused before it is read so far.
            int size = (int) Math.ceilDiv(length < 0 ? LARGEST : Math.min(length, LARGEST), KIBIBYTE);
            request.setAttribute(HELD, take(caller.tenant(), size));
        }
        return true;
    }

    private Held take(TenantId tenant, int size) throws InterruptedException {
        Semaphore own = tenants.get(tenant, isNew -> new Semaphore(ofTenant, true));
        if (!own.tryAcquire(size, patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw NoRoomForBody.ofTenant(tenant, bytes(ofTenant - own.availablePermits()), bytes(ofTenant));
        }
        try {
            if (all.tryAcquire(size, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return new Held(own, size);
            }
        } catch (InterruptedException stopping) {
            own.release(size);
            throw stopping;
        }
        own.release(size);
        long most = (long) ofTenant * OF_ALL;
        throw NoRoomForBody.ofAll(bytes(most - all.availablePermits()), bytes(most));
    }

    private static long bytes(long kibibytes) {
        return kibibytes * KIBIBYTE;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        release(request);
    }

    /** Its body has been read and its command sent; what goes on is the answer. */
    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        release(request);
    }

    private void release(HttpServletRequest request) {
        if (request.getAttribute(HELD) instanceof Held held) {
            request.removeAttribute(HELD);
            all.release(held.size());
            held.ofTenant().release(held.size());
        }
    }
}
