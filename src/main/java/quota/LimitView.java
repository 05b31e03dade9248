package quota;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One limit as its tenant sees it.
 *
 * @param limitValue what is in force
 * @param source {@code class}, {@code operator_override} or {@code own_override}: whose value that is
 * @param used spent and reserved; absent for limits that nothing is counted against here
 * @param reserved the part of {@code used} that is not spent yet
 */
record LimitView(
        String limit,
        long limitValue,
        String source,
        long classValue,
        @Nullable Long used,
        @Nullable Long reserved,
        @Nullable Instant resetsAt) {

    static LimitView of(Limit limit, Limits ofClass, Use use) {
        long value = use.overrides().inForce(limit, ofClass);
        return switch (limit) {
            case TOOL_CALLS_PER_DAY ->
                view(
                        limit,
                        ofClass,
                        use,
                        value,
                        use.spent() + use.reserved(),
                        use.reserved(),
                        Use.resets(use.window()));
            case CONCURRENT_RUNS -> view(limit, ofClass, use, value, use.runs(), null, null);
            case REQUESTS_PER_SECOND, BURST, WEIGHT, MAX_PARALLEL_ACTIONS, QUEUED_ACTIONS ->
                view(limit, ofClass, use, value, null, null, null);
        };
    }

    private static LimitView view(
            Limit limit,
            Limits ofClass,
            Use use,
            long value,
            @Nullable Long used,
            @Nullable Long reserved,
            @Nullable Instant resetsAt) {
        return new LimitView(
                limit.word(),
                value,
                source(limit, ofClass, use.overrides()),
                ofClass.of(limit),
                used,
                reserved,
                resetsAt);
    }

    private static String source(Limit limit, Limits ofClass, Overrides overrides) {
        if (overrides.inForce(limit, ofClass) < overrides.granted(limit, ofClass)) {
            return "own_override";
        }
        return overrides.by(Layer.OPERATOR, limit).isPresent() ? "operator_override" : "class";
    }
}
