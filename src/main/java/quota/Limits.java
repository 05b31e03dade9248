package quota;

/**
 * What one tenant may use, in whole numbers.
 *
 * @param requestsPerSecond requests that may be sent for long
 * @param burst requests that may be sent at once after a pause
 * @param toolCallsPerDay tool calls in one UTC day
 * @param weight share of a pool's slots, against the weights of the other tenants that wait
 * @param maxParallelActions slots of a pool that may be held at a time
 * @param queuedActions actions that may wait
 */
public record Limits(
        long requestsPerSecond,
        long burst,
        long concurrentRuns,
        long toolCallsPerDay,
        long weight,
        long maxParallelActions,
        long queuedActions) {

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

    /** The same, if each is in its range. */
    Limits checked() {
        Limit.ALL.forEach(limit -> limit.checked("/" + limit.word(), of(limit)));
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
                        overrides.inForce(Limit.QUEUED_ACTIONS, this));
    }
}
