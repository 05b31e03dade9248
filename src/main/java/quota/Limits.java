package quota;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;

/**
 * What one tenant may use, in whole numbers.
 *
 * @param requestsPerSecond requests that may be sent for long
 * @param burst requests that may be sent at once after a pause
 * @param toolCallsPerDay tool calls in one day of the tenant's calendar
 * @param weight share of a pool's slots, against the weights of the other tenants that wait
 * @param maxParallelActions slots of a pool that may be held at a time
 * @param queuedActions actions that may wait
 * @param counted further limits by name, such as {@code tokens_per_minute}, {@code tool_calls_per_day:zendesk} or
 *     {@code run_actions}; what is not named is not limited
 */
public record Limits(
        long requestsPerSecond,
        long burst,
        long concurrentRuns,
        long toolCallsPerDay,
        long weight,
        long maxParallelActions,
        long queuedActions,
        @Nullable Map<String, Long> counted) {

    static final int MOST_COUNTED = 64;

    /** What a limit that nobody set allows. */
    static final long UNLIMITED = Long.MAX_VALUE;

    /** In the order of their names; values may be null until they are {@link #checked()}. */
    public Limits {
        counted = counted == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(counted));
    }

    /** Limits of which none is counted but the tool calls a day. */
    public Limits(
            long requestsPerSecond,
            long burst,
            long concurrentRuns,
            long toolCallsPerDay,
            long weight,
            long maxParallelActions,
            long queuedActions) {
        this(
                requestsPerSecond,
                burst,
                concurrentRuns,
                toolCallsPerDay,
                weight,
                maxParallelActions,
                queuedActions,
                null);
    }

    @Override
    public Map<String, Long> counted() {
        return counted == null ? Map.of() : counted;
    }

    long of(Limit limit) {
        return switch (limit) {
            case REQUESTS_PER_SECOND -> requestsPerSecond;
            case BURST -> burst;
            case CONCURRENT_RUNS -> concurrentRuns;
            case TOOL_CALLS_PER_DAY -> toolCallsPerDay;
            case WEIGHT -> weight;
            case MAX_PARALLEL_ACTIONS -> maxParallelActions;
            case QUEUED_ACTIONS -> queuedActions;
        };
    }

    /** The value of any limit; {@link #UNLIMITED} if the class does not name it. */
    long of(LimitName limit) {
        return limit.fixed().map(this::of).orElseGet(() -> counted().getOrDefault(limit.word(), UNLIMITED));
    }

    /** The same, if each is known and in its range. */
    Limits checked() {
        Limit.ALL.forEach(limit -> limit.checked("/" + limit.word(), of(limit)));
        if (counted().size() > MOST_COUNTED) {
            throw new InvalidField("/counted", "size", "must name at most " + MOST_COUNTED + " limits");
        }
        counted().forEach((name, value) -> {
            String pointer = "/counted/" + name.replace("~", "~0").replace("/", "~1");
            if (!LimitName.isOptional(name)) {
                throw new InvalidField(pointer, "unknown_value", Counted.SPELLING);
            }
            if (value == null) {
                throw new InvalidField(pointer, "required", "is required");
            }
            var unused = LimitName.checkedOptional(pointer, value);
        });
        return this;
    }

    Limits under(Overrides overrides) {
        return overrides.isEmpty()
                ? this
                : new Limits(
                        overrides.inForce(Limit.REQUESTS_PER_SECOND, this),
                        overrides.inForce(Limit.BURST, this),
                        overrides.inForce(Limit.CONCURRENT_RUNS, this),
                        overrides.inForce(Limit.TOOL_CALLS_PER_DAY, this),
                        overrides.inForce(Limit.WEIGHT, this),
                        overrides.inForce(Limit.MAX_PARALLEL_ACTIONS, this),
                        overrides.inForce(Limit.QUEUED_ACTIONS, this),
                        counted());
    }
}
