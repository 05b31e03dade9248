package quota;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * What a tenant uses at one moment.
 *
 * @param window the UTC day that is charged, as days since 1970-01-01
 * @param runs runs that are open
 */
record Use(long window, long spent, long reserved, long runs, Overrides overrides) {

    static Use nothing(Instant now) {
        return new Use(windowOf(now), 0, 0, 0, Overrides.NONE);
    }

    static long windowOf(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).toEpochDay();
    }

    /** When the window after this one begins. */
    static Instant resets(long window) {
        return LocalDate.ofEpochDay(window + 1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
