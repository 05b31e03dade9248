package journal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * How fast a rebuild goes: as fast as it can while nobody else writes; else in short steps, with rests between them, so
 * that whoever is admitted meanwhile hardly waits longer. Where writers are faster than that, the share grows, or it
 * would never end.
 */
final class Pace {

    private static final long LOOKS_EVERY = Duration.ofMillis(250).toNanos();
    /** More entries a second than this, of all nodes, are others at work. */
    private static final double QUIET = 20;

    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private static final int ENTRIES_ALONE = 2_000;
    private static final int ENTRIES_BESIDE = 250;
    private static final int ROWS_ALONE = 4_000;
    private static final int ROWS_BESIDE = 200;
    private static final int BLOCKS_ALONE = 4_096;
    private static final int BLOCKS_BESIDE = 32;

    private final LongSupplier lastEntry;
    private final LongSupplier nanos;
    private final LongConsumer park;
    private double share;
    private long looked;
    private long last;
    private boolean busy;
    private boolean hurried;

    /**
     * @param share of its time that it works while others write
     * @param lastEntry the number of the journal's last entry, of all tenants
     */
    Pace(double share, LongSupplier lastEntry) {
        this(share, lastEntry, System::nanoTime, LockSupport::parkNanos);
    }

    Pace(double share, LongSupplier lastEntry, LongSupplier nanos, LongConsumer park) {
        this.share = share;
        this.lastEntry = lastEntry;
        this.nanos = nanos;
        this.park = park;
        this.last = lastEntry.getAsLong();
        this.looked = nanos.getAsLong();
        this.busy = true;
    }

    /** When a step begins. */
    long begins() {
        return nanos.getAsLong();
    }

    /** Entries to read at once. */
    synchronized int entries() {
        return busy() ? ENTRIES_BESIDE : ENTRIES_ALONE;
    }

    /** Rows to write in one transaction. */
    synchronized int rows() {
        return busy() ? ROWS_BESIDE : ROWS_ALONE;
    }

    /** Blocks of a table to look through at once. */
    synchronized int blocks() {
        return busy() ? BLOCKS_BESIDE : BLOCKS_ALONE;
    }

    /** The writers are faster. */
    synchronized void quicken() {
        share = Math.min(1, share * 2);
    }

    /** Does this without resting: somebody waits for it. */
    void hurried(Runnable work) {
        hurry(true);
        try {
            work.run();
        } finally {
            hurry(false);
        }
    }

    private synchronized void hurry(boolean now) {
        hurried = now;
    }

    /** Rests after a step that began then. */
    void rest(long began) {
        long now = nanos.getAsLong();
        long rest = rest(now - began, now);
        if (rest > 0) {
            park.accept(Math.min(rest, LONGEST_REST.toNanos()));
        }
    }

    private synchronized long rest(long worked, long now) {
        look(now);
        return busy() ? (long) (worked * (1 / share - 1)) : 0;
    }

    private boolean busy() {
        return busy && !hurried;
    }

    private void look(long now) {
        if (now - looked < LOOKS_EVERY || hurried) {
            return;
        }
        long entry = lastEntry.getAsLong();
        busy = (entry - last) * 1e9 / (now - looked) > QUIET;
        last = entry;
        looked = now;
    }
}
