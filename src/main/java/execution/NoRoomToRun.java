package execution;

import java.util.Map;
import tenancy.Cause;
import tenancy.Refusal;

/** An action could be released, and there is no room or budget for it now: it stays held, and can be granted later. */
public class NoRoomToRun extends Refusal {

    private final Cause cause;
    private final long retrySeconds;

    NoRoomToRun(ActionState state, Cause cause, long retrySeconds) {
        super(
                Kind.TOO_MANY,
                state.word(),
                "Nothing was granted, for the action could not be queued now: %s, %d of %d used. Grant it again later."
                        .formatted(cause.limit(), cause.used(), cause.limitValue()));
        this.cause = cause;
        this.retrySeconds = retrySeconds;
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Retry-After", Long.toString(retrySeconds));
    }

    @Override
    public Cause because() {
        return cause;
    }
}
