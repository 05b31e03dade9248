package quota;

import java.util.Map;
import tenancy.Cause;
import tenancy.Refusal;

/** The tenant already reads as much at a time as it may of what may be as large as requests. */
class TooManyReads extends Refusal {

    private final Cause cause;

    /** @param limit names it, such as {@code journal_reads} */
    TooManyReads(String limit, int most) {
        super(
                Kind.TOO_MANY,
                "too_many_reads",
                "This tenant has %d %s under way, the most it may; wait for one of them to end."
                        .formatted(most, limit.replace('_', ' ')));
        this.cause = Cause.limit(Cause.Owner.TENANT, "concurrency", limit, most, most, null);
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Retry-After", "1");
    }

    @Override
    public Cause because() {
        return cause;
    }
}
