package audit.incident;

import audit.incident.OtherFigures.Side;
import java.util.Locale;

/**
 * What others met on one shared thing in a period, beside what they met in as long a time before it.
 *
 * <p>Affected means: the slowest of 20 took half as long again as before, and 100 ms longer; or five more of 100 failed, and
 * half as many again. Fewer than five samples before or during prove nothing either way, unless nothing was slow or failed.
 */
record Comparison(String kind, String name, Side before, Side during) {

    static final long FEWEST = 5;
    static final long SLOWER_MILLIS = 100;
    private static final double WORSE = 1.5;
    private static final double MORE_FAULTS = 0.05;
    private static final long FEWEST_FAULTS = 3;

    /** Whether others were affected. */
    enum Affected {
        YES,
        NO,
        /** Too little to compare. */
        UNKNOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Of two things: affected by one is affected; what is unknown of one leaves the whole unknown. */
        Affected and(Affected other) {
            return this == YES || other == YES ? YES : this == UNKNOWN || other == UNKNOWN ? UNKNOWN : NO;
        }
    }

    Affected affected() {
        if (during.samples() == 0) {
            return Affected.NO;
        }
        return slower().and(faultier());
    }

    private Affected slower() {
        if (during.most() < SLOWER_MILLIS) {
            return Affected.NO;
        }
        if (during.samples() < FEWEST || before.samples() < FEWEST) {
            return Affected.UNKNOWN;
        }
        return during.most() >= before.most() * WORSE && during.most() - before.most() >= SLOWER_MILLIS
                ? Affected.YES
                : Affected.NO;
    }

    private Affected faultier() {
        if (during.faults() < FEWEST_FAULTS) {
            return Affected.NO;
        }
        if (during.samples() < FEWEST || before.samples() < FEWEST) {
            return Affected.UNKNOWN;
        }
        double was = share(before);
        double is = share(during);
        return is >= was + MORE_FAULTS && is >= was * WORSE ? Affected.YES : Affected.NO;
    }

    static double share(Side side) {
        return side.samples() == 0 ? 0 : (double) side.faults() / side.samples();
    }
}
