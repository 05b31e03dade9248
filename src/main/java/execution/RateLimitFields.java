package execution;

import java.util.function.BiConsumer;

/**
 * What is left of one limit, as fields of an answer: {@code RateLimit-Policy} and {@code RateLimit} of
 * draft-ietf-httpapi-ratelimit-headers-11. Both are lists: what is added here stands beside the request rate's own.
 */
final class RateLimitFields {

    static final String POLICY = "RateLimit-Policy";
    static final String STATE = "RateLimit";

    private RateLimitFields() {}

    /**
     * @param header adds a line to the answer
     * @param quota the limit's value, in its own unit
     * @param left how much of it is not used; below zero counts as nothing
     * @param seconds until it resets; below zero where it never does by itself
     */
    static void add(BiConsumer<String, String> header, String limit, long quota, long left, long seconds) {
        header.accept(POLICY, "\"" + limit + "\";q=" + quota);
        String state = "\"" + limit + "\";r=" + Math.max(0, left);
        header.accept(STATE, seconds < 0 ? state : state + ";t=" + seconds);
    }
}
