package quota;

import java.util.List;
import java.util.Locale;
import tenancy.InvalidField;

/** What every quota class limits. Whole numbers, so that sums are exact. */
enum Limit {
    /** Requests a second that a tenant may send for long. */
    REQUESTS_PER_SECOND(1, 100_000),
    /** Requests that a tenant may send at once after a pause. */
    BURST(1, 1_000_000),
    CONCURRENT_RUNS(0, 1_000_000),
    /** Tool calls in one day of the tenant's calendar. */
    TOOL_CALLS_PER_DAY(0, 1_000_000_000_000L),
    /** Share of a pool's slots, against the weights of the other tenants that wait. */
    WEIGHT(1, 1_000),
    /** Slots of a pool that a tenant may hold at a time. */
    MAX_PARALLEL_ACTIONS(1, 100_000),
    /** Actions of a tenant that may wait. */
    QUEUED_ACTIONS(1, 1_000_000);

    static final List<Limit> ALL = List.of(values());

    private final long least;
    private final long most;
    private final String word = name().toLowerCase(Locale.ROOT);

    Limit(long least, long most) {
        this.least = least;
        this.most = most;
    }

    /** As the API, events and causes name it. */
    String word() {
        return word;
    }

    /** Refuses a value that is out of range. */
    long checked(String pointer, long value) {
        if (value < least || value > most) {
            throw new InvalidField(pointer, "range", "must be from %d to %d".formatted(least, most));
        }
        return value;
    }
}
