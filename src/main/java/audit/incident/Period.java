package audit.incident;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * What a report looks at, and what it compares that with: as long a time right before it.
 *
 * @param until exclusive
 * @param now when it is looked; the same as {@code until} for an incident that goes on
 */
record Period(Instant from, Instant until, Instant now) {

    static final Duration LONGEST = Duration.ofDays(31);

    Instant before() {
        return from.minus(Duration.between(from, until));
    }

    /** The width of a bucket if there are to be so many. */
    double bucketSeconds(int most) {
        double seconds = Duration.between(from, until).toMillis() / 1_000.0;
        return Math.max(1, Math.ceil(seconds / most));
    }

    /** As JDBC takes it. */
    static OffsetDateTime sql(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
