package execution.gateway;

import execution.gateway.DestinationGuard.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import tenancy.TenantId;

/**
 * Looks host names up, on threads of their own: the system's resolver cannot be interrupted, and on a virtual thread it
 * would hold a processor of the whole platform while it waits. A tenant whose names are slow to resolve waits for its own
 * look-ups only. Nothing is remembered here.
 */
final class LookUps implements AutoCloseable {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final Resolver resolver;
    private final LookUpSettings settings;
    private final ThreadPoolExecutor threads;
    private final Map<TenantId, Turns> turns = new ConcurrentHashMap<>();

    LookUps(Resolver resolver, LookUpSettings settings) {
        this.resolver = resolver;
        this.settings = settings;
        this.threads = new ThreadPoolExecutor(
                settings.threads(),
                settings.threads(),
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("look-up-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** There was no answer in time. */
    static final class TookTooLong extends UnknownHostException {
        private static final long serialVersionUID = 1;

        TookTooLong(String host) {
            super(host);
        }
    }

    /** One tenant's turns, and how many wait for one or have one. */
    private static final class Turns {
        private final Semaphore free;
        private int users;

        private Turns(int most) {
            free = new Semaphore(most);
        }
    }

    /** All addresses of a host. A look-up that nobody waits for any more keeps its turn until it ends. */
    InetAddress[] addresses(TenantId tenant, String host) throws UnknownHostException {
        if (host.indexOf(':') >= 0 || IPV4.matcher(host).matches()) {
            return literal(host);
        }
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        Turns own = enter(tenant);
        var lookUp = new FutureTask<>(() -> {
            try {
                return resolver.resolve(host);
            } finally {
                own.free.release();
                leave(tenant);
            }
        });
        boolean started = false;
        try {
            if (!own.free.tryAcquire(settings.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TookTooLong(host);
            }
            threads.execute(lookUp);
            started = true;
            return lookUp.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new TookTooLong(host);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TookTooLong(host);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof UnknownHostException unknown ? unknown : new UnknownHostException(host);
        } finally {
            if (!started) {
                leave(tenant);
            }
        }
    }

    private static InetAddress[] literal(String host) throws UnknownHostException {
        try {
            return new InetAddress[] {InetAddress.ofLiteral(host)};
        } catch (IllegalArgumentException noAddress) {
            throw new UnknownHostException(host);
        }
    }

    private Turns enter(TenantId tenant) {
        return turns.compute(tenant, (same, known) -> {
            Turns own = known == null ? new Turns(settings.perTenant()) : known;
            own.users++;
            return own;
        });
    }

    private void leave(TenantId tenant) {
        turns.computeIfPresent(tenant, (same, own) -> --own.users == 0 ? null : own);
    }

    /** Look-ups under way or waited for. */
    int underWay() {
        return turns.values().stream().mapToInt(own -> own.users).sum();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
