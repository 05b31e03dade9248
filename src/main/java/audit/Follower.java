package audit;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tenancy.TenantId;

/**
 * One thread that does something with what the journals have more, a little of each in turn. After each step it rests nine
 * times as long as the step took: what is made of journals leaves the machine to those who write them, and lags while they
 * do. Whoever asks for what it makes has what is missing made at once, on the asking thread.
 */
public final class Follower {

    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final int RESTS_FOR_EACH = 9;
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(2);

    /** What is done with journals. */
    public interface Work {

        /** Tenants whose journals have more since this was last asked; those it did not end with are not missed. */
        List<String> grown();

        /**
         * Does so little for one tenant that nobody waits long for the processors.
         *
         * @return whether there is more to do for it
         */
        boolean step(TenantId tenant);
    }

    private final String name;
    private final Duration every;
    private final Work work;
    private final Object lifecycle = new Object();
    /** Only touched by the thread. */
    private final Set<String> behind = new LinkedHashSet<>();

    private final Map<String, String> failing = new HashMap<>();
    private volatile CountDownLatch ends = new CountDownLatch(0);
    private volatile @Nullable Thread thread;

    /**
     * @param name of the thread, and in what is logged
     * @param every how long it waits before it looks for more, once nothing is left to do
     */
    public Follower(String name, Duration every, Work work) {
        this.name = name;
        this.every = every;
        this.work = work;
    }

    public void start() {
        synchronized (lifecycle) {
            ends = new CountDownLatch(1);
            thread = Thread.ofPlatform().name(name).daemon().start(this::run);
        }
    }

    /** Waits for the step that is under way, but not for long. */
    public void stop() {
        synchronized (lifecycle) {
            Thread running = thread;
            thread = null;
            ends.countDown();
            if (running == null) {
                return;
            }
            try {
                boolean unused = running.join(STOPS_WITHIN);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        while (pause(behind.isEmpty() ? every.toNanos() : 0)) {
            long began = System.nanoTime();
            look();
            for (String tenant : List.copyOf(behind)) {
                if (!step(tenant)) {
                    behind.remove(tenant);
                }
                if (!pause((System.nanoTime() - began) * RESTS_FOR_EACH)) {
                    return;
                }
                began = System.nanoTime();
            }
        }
    }

    private void look() {
        try {
            behind.addAll(work.grown());
        } catch (RuntimeException unreachable) {
            log.warn("{}: it cannot be found out now which journals have grown: {}", name, unreachable.getMessage());
        }
    }

    /** One tenant's damage keeps nobody else's journal from being followed; it is told once. */
    private boolean step(String tenant) {
        try {
            boolean more = work.step(new TenantId(tenant));
            failing.remove(tenant);
            return more;
        } catch (RuntimeException damaged) {
            String words = String.valueOf(damaged.getMessage());
            if (thread != null && !words.equals(failing.put(tenant, words))) {
                log.error("{}: the journal of {} cannot be followed", name, tenant, damaged);
            }
            return false;
        }
    }

    private boolean pause(long nanos) {
        try {
            return !ends.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
