package quota;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;

/**
 * What is used of one limit in its window, as the tenant's ledger keeps it. It only ever moves forward: a clock that runs
 * backwards refills nothing, and a unit belongs to the window it was reserved in.
 *
 * <p>A calendar window ends at a moment that is fixed when it begins; a changed time zone may put it off, and never
 * brings it forward. A sliding window is {@link Span#BUCKETS} buckets and the one that is being filled: whatever interval
 * of the window's length ends in it lies within them, so no such interval sees more than the limit, and units come back
 * at most one bucket late.
 */
@NullUnmarked
final class Meter {

    private static final int SLOTS = Span.BUCKETS + 1;
    /** Far enough from both ends of a long for sums. */
    private static final long NEVER = Long.MIN_VALUE / 2;

    private Unit unit;
    private Span span;
    /** The calendar window, or the newest bucket since 1970. */
    private long window = NEVER;
    /** When the calendar window ends, in seconds since 1970. */
    private long until = NEVER;

    private long spent;
    private long reserved;
    /** The limit when it was last drawn on. */
    private long limit;
    /** The highest threshold, in percent, that was told in this window, or since use fell below it. */
    private int warned;

    private long[] spentIn;
    private long[] reservedIn;

    Meter() {}

    Meter(Counted counted) {
        unit = counted.unit();
        span = counted.span();
        if (span.slides()) {
            spentIn = new long[SLOTS];
            reservedIn = new long[SLOTS];
        }
    }

    Unit unit() {
        return unit;
    }

    boolean slides() {
        return span.slides();
    }

    long limit() {
        return limit;
    }

    int warned() {
        return warned;
    }

    /** The window that is charged at that moment. */
    long windowAt(Instant at, ZoneId zone) {
        if (span.slides()) {
            return bucketAt(at);
        }
        return isOver(at) ? span.window(at, zone) : window;
    }

    private long bucketAt(Instant at) {
        return Math.max(window, Math.floorDiv(at.getEpochSecond(), span.bucketSeconds()));
    }

    /** Whether nothing that was counted counts any more. */
    boolean isOver(Instant at) {
        return span.slides() ? bucketAt(at) - window >= SLOTS : at.getEpochSecond() >= until;
    }

    /** Spent and reserved in the window at that moment. */
    long usedAt(Instant at) {
        return spentAt(at) + reservedAt(at);
    }

    long spentAt(Instant at) {
        return inWindow(at, spent, spentIn);
    }

    long reservedAt(Instant at) {
        return inWindow(at, reserved, reservedIn);
    }

    private long inWindow(Instant at, long total, long[] buckets) {
        if (isOver(at)) {
            return 0;
        }
        if (!span.slides()) {
            return total;
        }
        long left = total;
        long oldest = bucketAt(at) - Span.BUCKETS;
        for (long bucket = window - Span.BUCKETS; bucket < oldest; bucket++) {
            left -= buckets[slot(bucket)];
        }
        return left;
    }

    /** When all that is used now has come back: the end of the calendar window, or of the newest bucket's stay. */
    Instant resets(Instant at, ZoneId zone) {
        if (span.slides()) {
            return leaves(isOver(at) ? bucketAt(at) : window);
        }
        return Instant.ofEpochSecond(isOver(at) ? span.begins(span.window(at, zone) + 1, zone) : until);
    }

    /** When what is drawn at that moment comes back. */
    Instant comesBack(Instant at, ZoneId zone) {
        return span.slides() ? leaves(bucketAt(at)) : resets(at, zone);
    }

    /** When so many units are free again by themselves, if the limit allows them at all. */
    Instant freeAt(long units, long limitNow, Instant at, ZoneId zone) {
        if (!span.slides()) {
            return resets(at, zone);
        }
        long used = usedAt(at);
        long bucket = Math.max(window - Span.BUCKETS, bucketAt(at) - Span.BUCKETS);
        while (bucket < window) {
            used -= spentIn[slot(bucket)] + reservedIn[slot(bucket)];
            if (units <= limitNow - used) {
                break;
            }
            bucket++;
        }
        return leaves(bucket);
    }

    private Instant leaves(long bucket) {
        return Instant.ofEpochSecond((bucket + SLOTS) * span.bucketSeconds());
    }

    private static int slot(long bucket) {
        return Math.floorMod(bucket, SLOTS);
    }

    /** Whether these units opened a new calendar window. */
    boolean reserve(long charged, long units, long limitNow, ZoneId zone) {
        boolean turned = !span.slides() && charged != window;
        turnTo(charged, zone);
        add(charged, 0, units);
        limit = limitNow;
        return turned;
    }

    private void turnTo(long charged, ZoneId zone) {
        if (charged == window) {
            return;
        }
        if (span.slides()) {
            long gone = Math.min(charged - window, SLOTS);
            for (long bucket = charged - gone + 1; bucket <= charged; bucket++) {
                spent -= spentIn[slot(bucket)];
                reserved -= reservedIn[slot(bucket)];
                spentIn[slot(bucket)] = 0;
                reservedIn[slot(bucket)] = 0;
            }
            // What fell below a threshold may be told of again when it rises.
            warned = limit == 0 ? 0 : (int) Math.min(warned, (spent + reserved) * 100 / limit);
        } else {
            spent = 0;
            reserved = 0;
            warned = 0;
            until = span.begins(charged + 1, zone);
        }
        window = charged;
    }

    /** What was reserved in that window is spent, as it turned out; nothing, if the window is over. */
    void settle(long charged, long expected, long actual) {
        if (counts(charged)) {
            add(charged, actual, -expected);
        }
    }

    void release(long charged, long units) {
        if (counts(charged)) {
            add(charged, 0, -units);
        }
    }

    /** Whether what was reserved in that window is still part of the sums here. */
    boolean counts(long charged) {
        return span.slides() ? charged > window - SLOTS : charged == window;
    }

    private void add(long charged, long toSpent, long toReserved) {
        spent += toSpent;
        reserved += toReserved;
        if (span.slides()) {
            spentIn[slot(charged)] += toSpent;
            reservedIn[slot(charged)] += toReserved;
        }
    }

    void warn(int percent) {
        warned = percent;
    }

    /** The window that is open is never shortened: it ends where it would have, or later. */
    void moveTo(ZoneId zone) {
        if (!span.slides() && window != NEVER) {
            until = Math.max(until, span.begins(window + 1, zone));
        }
    }

    /** A meter that events were replayed into equals the one that they were applied to. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Meter that
                && unit == that.unit
                && span == that.span
                && window == that.window
                && until == that.until
                && spent == that.spent
                && reserved == that.reserved
                && limit == that.limit
                && warned == that.warned
                && Arrays.equals(spentIn, that.spentIn)
                && Arrays.equals(reservedIn, that.reservedIn);
    }

    @Override
    public int hashCode() {
        return Objects.hash(unit, span, window, spent, reserved);
    }
}
