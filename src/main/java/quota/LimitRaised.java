package quota;

import tenancy.Forbidden;

/** A tenant asked for more than it was granted: it may lower its limits, the operator may raise them. */
public class LimitRaised extends Forbidden {

    private LimitRaised(String limit, long value, long granted) {
        super(
                "limit_above_grant",
                "%s may be at most %d here, not %d: ask the operator to raise it.".formatted(limit, granted, value));
    }

    static void check(String limit, long value, long granted) {
        if (value > granted) {
            throw new LimitRaised(limit, value, granted);
        }
    }
}
