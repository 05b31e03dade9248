package audit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One thread that looks, every so often, at what the journals have more. It rests in proportion to its work, so that what
 * is made of journals leaves the machine to those who write them: behind a load it lags. Whoever asks for what it makes
 * has what is missing made at once, on the asking thread.
 */
public final class Follower {

    private static final Duration STOPS_WITHIN = Duration.ofSeconds(2);

    private final String name;
    private final Duration every;
    private final int restsForEach;
    private final Consumer<Follower> look;
    private final Object lifecycle = new Object();
    private volatile CountDownLatch ends = new CountDownLatch(0);
    private volatile @Nullable Thread thread;
    private long since;

    /**
     * @param every how long it waits before each look
     * @param restsForEach how many times as long as a step took it rests after that step
     * @param look asks for a {@link #rest} after each of its steps
     */
    public Follower(String name, Duration every, int restsForEach, Consumer<Follower> look) {
        this.name = name;
        this.every = every;
        this.restsForEach = restsForEach;
        this.look = look;
    }

    /**
     * Rests in proportion to the time since the last rest, or since the look began.
     *
     * @return whether to go on: false once it is stopped
     */
    public boolean rest() {
        boolean goesOn = pause((System.nanoTime() - since) * restsForEach);
        since = System.nanoTime();
        return goesOn;
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
        while (pause(every.toNanos())) {
            since = System.nanoTime();
            look.accept(this);
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
