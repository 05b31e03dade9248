package quota;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One tenant's request rate: a bucket of {@code burst} requests that refills by {@code rate} a second. Kept as the one
 * moment at which it will be full again, so it is exact, needs no lock and takes a changed rate at once.
 */
final class TokenBucket {

    private static final long SECOND = 1_000_000_000L;

    /** On the monotonic clock; at or before now, the bucket is full. */
    private final AtomicLong fullAt;

    TokenBucket(long now) {
        fullAt = new AtomicLong(now);
    }

    /**
     * What came of one request.
     *
     * @param remaining requests that could follow at once
     * @param untilNext nanoseconds until the next one can be taken; 0 if this one was
     * @param untilFull nanoseconds until all of the burst is there again
     */
    record Taken(boolean granted, long remaining, long untilNext, long untilFull) {}

    Taken take(long rate, long burst, long now) {
        // Rounded up: never a request more than the rate.
        long each = (SECOND + rate - 1) / rate;
        long whole = each * burst;
        while (true) {
            long before = fullAt.get();
            // No earlier than now, and no debt beyond an empty bucket when the rate was raised meanwhile.
            long missing = Math.min(Math.max(before - now, 0), whole);
            long after = missing + each;
            if (after > whole) {
                return new Taken(false, 0, after - whole, missing);
            }
            if (fullAt.compareAndSet(before, now + after)) {
                return new Taken(true, (whole - after) / each, 0, after);
            }
        }
    }
}
