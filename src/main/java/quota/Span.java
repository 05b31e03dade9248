package quota;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Locale;

/**
 * How long a window is. Minutes and hours slide: they are kept as {@link #BUCKETS} buckets and one more, so that no
 * interval of the window's length ever sees more than the limit. Days and months are fixed, by the tenant's calendar.
 */
enum Span {
    MINUTE(1),
    HOUR(60),
    DAY(0),
    MONTH(0);

    /** Buckets that are as long as the window together. */
    static final int BUCKETS = 60;

    private static final int MONTHS_A_YEAR = 12;

    private final long bucketSeconds;
    private final String word = name().toLowerCase(Locale.ROOT);

    Span(long bucketSeconds) {
        this.bucketSeconds = bucketSeconds;
    }

    boolean slides() {
        return bucketSeconds > 0;
    }

    String word() {
        return word;
    }

    /** Seconds of one bucket; only of a window that slides. */
    long bucketSeconds() {
        return bucketSeconds;
    }

    /** The calendar window at that moment: days since 1970-01-01, or months since year 0. */
    long window(Instant at, ZoneId zone) {
        LocalDate day = LocalDate.ofInstant(at, zone);
        return this == MONTH ? (long) day.getYear() * MONTHS_A_YEAR + day.getMonthValue() - 1 : day.toEpochDay();
    }

    /** When a calendar window begins, in seconds since 1970-01-01T00:00Z. */
    long begins(long window, ZoneId zone) {
        LocalDate first = this == MONTH
                ? YearMonth.of(
                                Math.toIntExact(Math.floorDiv(window, MONTHS_A_YEAR)),
                                Math.floorMod(window, MONTHS_A_YEAR) + 1)
                        .atDay(1)
                : LocalDate.ofEpochDay(window);
        return first.atStartOfDay(zone).toEpochSecond();
    }
}
