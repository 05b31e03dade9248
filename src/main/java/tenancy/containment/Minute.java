package tenancy.containment;

import tenancy.Conduct.Happening;
import tenancy.containment.Rule.Trigger;

/** What one rule has counted of one scope in the last minute, in six parts of ten seconds. */
final class Minute {

    private static final int PARTS = 6;
    private static final long PART_SECONDS = 10;
    private static final int FEW = 10;
    private static final int PERCENT = 100;

    private final long[] counted = new long[PARTS];
    private final long[] failed = new long[PARTS];
    private long newest;
    private long firedIn = Long.MIN_VALUE;

    /**
     * Counts, and says what the measure is now.
     *
     * @return less than zero where this does not count
     */
    synchronized long count(Trigger trigger, Happening happening) {
        long part = happening.at().getEpochSecond() / PART_SECONDS;
        turnTo(part);
        int at = (int) Math.floorMod(part, PARTS);
        switch (trigger) {
            case DENIALS -> {
                return happening.kind() == tenancy.Conduct.Kind.DENIED ? add(at, 1) : -1;
            }
            case SPEND_MICROS -> {
                return happening.micros() > 0 ? add(at, happening.micros()) : -1;
            }
            case UNKNOWN_OUTCOMES -> {
                return happening.kind() == tenancy.Conduct.Kind.UNKNOWN ? add(at, 1) : -1;
            }
            case REPEATS -> {
                return happening.kind() == tenancy.Conduct.Kind.ASKED ? add(at, 1) : -1;
            }
            case ERROR_PERCENT -> {
                return percent(at, happening);
            }
        }
        throw new IllegalStateException("Unknown trigger " + trigger);
    }

    private long percent(int at, Happening happening) {
        switch (happening.kind()) {
            case SUCCEEDED -> {
                long unused = add(at, 1);
            }
            case FAILED, UNKNOWN -> {
                failed[at]++;
                long unused = add(at, 1);
            }
            case ASKED, DENIED -> {
                return -1;
            }
        }
        long all = sum(counted);
        return all < FEW ? -1 : sum(failed) * PERCENT / all;
    }

    /** True once a minute. */
    synchronized boolean fires(Happening happening) {
        long part = happening.at().getEpochSecond() / PART_SECONDS;
        if (firedIn != Long.MIN_VALUE && part - firedIn < PARTS) {
            return false;
        }
        firedIn = part;
        return true;
    }

    private long add(int at, long more) {
        counted[at] += more;
        return sum(counted);
    }

    /** What is older than a minute is forgotten; a clock that goes back counts into the newest part. */
    private void turnTo(long part) {
        if (part <= newest) {
            return;
        }
        for (long passed = Math.max(newest + 1, part - PARTS + 1); passed <= part; passed++) {
            int at = (int) Math.floorMod(passed, PARTS);
            counted[at] = 0;
            failed[at] = 0;
        }
        newest = part;
    }

    private static long sum(long[] parts) {
        long sum = 0;
        for (long part : parts) {
            sum += part;
        }
        return sum;
    }
}
