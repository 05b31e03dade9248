package tenancy;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done again and again while the platform runs, on a thread of its own. What fails is logged, once while it
 * fails in the same way, and done again when it is due next: no failure ends it.
 */
public final class Recurring {

    private static final Logger log = LoggerFactory.getLogger(Recurring.class);

    private final String name;
    private final Duration every;
    private final Runnable work;
    private @Nullable ScheduledExecutorService timer;
    /** The failure of the last time: one that lasts is told once. */
    private String failure = "";

    /**
     * @param name of the thread, and of the work where a failure is logged
     * @param every pause between the end of one time and the next
     */
    public Recurring(String name, Duration every, Runnable work) {
        this.name = name;
        this.every = every;
        this.work = work;
    }

    /** Begins with a pause. */
    public void start() {
        start(every);
    }

    /** Begins at once. */
    public void startNow() {
        start(Duration.ZERO);
    }

    private synchronized void start(Duration first) {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
        var unused = started.scheduleWithFixedDelay(this::once, first.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        timer = started;
    }

    /** An exception would end the schedule for good. */
    private void once() {
        try {
            work.run();
            failure = "";
        } catch (RuntimeException failed) {
            String words = failed.toString();
            if (isRunning() && !words.equals(failure)) {
                log.warn("{} failed, and is tried again every {}", name, every, failed);
            }
            failure = words;
        }
    }

    /** Interrupts what is at work. */
    public void stop() {
        ScheduledExecutorService stopped = taken();
        if (stopped != null) {
            var unused = stopped.shutdownNow();
        }
    }

    /** Lets what is at work come to its end, for so long. */
    public void finish(Duration patience) {
        ScheduledExecutorService stopped = taken();
        if (stopped == null) {
            return;
        }
        stopped.shutdown();
        try {
            if (!stopped.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                var unused = stopped.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable ScheduledExecutorService taken() {
        ScheduledExecutorService taken = timer;
        timer = null;
        return taken;
    }

    public synchronized boolean isRunning() {
        return timer != null;
    }
}
