package execution.gateway;

import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Estimate;

/** How a call to a target system ended. */
public sealed interface Outcome {

    /** Requests that were sent, retries included; 0 if none left the platform. */
    int attempts();

    /** What is known of it, level by level. */
    Levels levels();

    /**
     * The target did it.
     *
     * @param status HTTP status of the last answer; absent if there was none and the effect was seen all the same
     * @param result the answer's body as JSON, bounded by the connector's limit and checked against its schema
     * @param actual what the call used, by the target's own account; absent where it is as estimated
     */
    record Succeeded(
            @Nullable Integer status,
            String result,
            int attempts,
            @Nullable Estimate actual,
            Levels levels) implements Outcome {

        public Succeeded(int status, String result, int attempts) {
            this(status, result, attempts, null, Levels.answered(status, Levels.Tool.OK, null));
        }
    }

    /**
     * The target did not do it, for sure: it said so, or the request never left.
     *
     * @param status HTTP status of the last answer; absent if there was none
     * @param code stable, such as {@code target_refused}, {@code destination_blocked}, {@code circuit_open}
     */
    record Failed(@Nullable Integer status, String code, Cause cause, int attempts, Levels levels) implements Outcome {

        public Failed(@Nullable Integer status, String code, Cause cause, int attempts) {
            this(
                    status,
                    code,
                    cause,
                    attempts,
                    status != null
                            ? Levels.answered(status, null, null)
                            : attempts == 0 ? Levels.unsent() : Levels.silent());
        }
    }

    /** The request may have been carried out: sent, and no answer that tells. Never repeated without being asked. */
    record Unknown(String code, Cause cause, int attempts, Levels levels) implements Outcome {

        public Unknown(String code, Cause cause, int attempts) {
            this(code, cause, attempts, Levels.silent());
        }
    }
}
