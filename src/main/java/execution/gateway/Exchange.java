package execution.gateway;

import org.jspecify.annotations.Nullable;

/** How one request ended, before anyone asks what that means. */
sealed interface Exchange {

    /**
     * The target answered.
     *
     * @param body null if it is longer than the connector allows
     * @param session that an MCP server opened with this answer
     */
    record Answered(
            int status,
            @Nullable String contentType,
            @Nullable String location,
            @Nullable String retryAfter,
            byte @Nullable [] body,
            @Nullable String session)
            implements Exchange {

        Answered(
                int status,
                @Nullable String contentType,
                @Nullable String location,
                @Nullable String retryAfter,
                byte @Nullable [] body) {
            this(status, contentType, location, retryAfter, body, null);
        }
    }

    /** Nothing was sent, for sure. */
    record NotSent(Reason reason) implements Exchange {

        enum Reason {
            DESTINATION_BLOCKED,
            UNRESOLVED_HOST,
            CONNECT_FAILED,
            TLS_FAILED,
            GATEWAY_SATURATED,
            PROXY_REFUSED,
            CREDENTIAL_REVOKED
        }
    }

    /** It was sent, at least in part, and no whole answer came. */
    record Unanswered(boolean timedOut) implements Exchange {}
}
