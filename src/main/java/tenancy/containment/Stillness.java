package tenancy.containment;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tenancy.ContainmentScope;
import tenancy.Restriction;
import tenancy.Subject;

/** A period in which the clocks of a scope stood still. */
record Stillness(ContainmentScope scope, Instant from, Instant until) {

    /** Those that are over, and those of what is in force, up to now. */
    static List<Stillness> all(List<Stillness> over, List<Restriction> inForce, Instant now) {
        List<Stillness> all = new ArrayList<>(over);
        for (Restriction restriction : inForce) {
            if (restriction.posture().standsStill()) {
                all.add(new Stillness(restriction.scope(), restriction.since(), now));
            }
        }
        return all;
    }

    /** For how long the subject's clocks stood still between two moments: where periods overlap, once. */
    static Duration of(List<Stillness> periods, Subject subject, Instant from, Instant to) {
        List<Stillness> covering = new ArrayList<>();
        for (Stillness period : periods) {
            if (period.from().isBefore(to)
                    && period.until().isAfter(from)
                    && period.scope().covers(subject)) {
                covering.add(period);
            }
        }
        covering.sort(Comparator.comparing(Stillness::from));
        Duration still = Duration.ZERO;
        Instant counted = from;
        for (Stillness period : covering) {
            Instant begin = period.from().isAfter(counted) ? period.from() : counted;
            Instant end = period.until().isBefore(to) ? period.until() : to;
            if (end.isAfter(begin)) {
                still = still.plus(Duration.between(begin, end));
                counted = end;
            }
        }
        return still;
    }
}
