package quota;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import tenancy.Cause;
import tenancy.Refusal;

/** The tenant sends faster than its request rate allows. Nothing was decided: the same request can be sent again. */
public class TooManyRequests extends Refusal {

    private final Cause cause;
    private final Map<String, String> headers;

    TooManyRequests(Limits limits, Duration wait, Instant now, Map<String, String> headers) {
        super(
                Kind.TOO_MANY,
                "throttled",
                "This tenant may send %d requests a second; send this one again later."
                        .formatted(limits.requestsPerSecond()));
        this.cause = Cause.limit(
                Cause.Owner.TENANT,
                "rate",
                Limit.REQUESTS_PER_SECOND.word(),
                limits.requestsPerSecond(),
                limits.requestsPerSecond(),
                now.plus(wait));
        this.headers = Map.copyOf(headers);
    }

    @Override
    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public Cause because() {
        return cause;
    }
}
