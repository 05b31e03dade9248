package quota;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** What the quota says of one envelope. */
public sealed interface Reservation {

    /**
     * Everything that is set aside for the action, in every layer at once.
     *
     * @param draws one a limit that counts it; empty if nothing limits it
     */
    record Granted(List<Draw> draws) implements Reservation {

        public Granted {
            draws = List.copyOf(draws);
        }

        /** The draw with the least share of its limit left; the first of them if several have as little. */
        public Draw tightest() {
            return draws.stream()
                    .min(Comparator.comparingDouble(
                            draw -> (double) (draw.limitValue() - draw.used()) / draw.limitValue()))
                    .orElseThrow();
        }
    }

    /**
     * What one limit gives to one action.
     *
     * @param limit its name, such as {@code tool_calls_per_day}
     * @param scope what it is a limit of: {@code tenant}, {@code workspace:<id>}, {@code agent:<id>}, {@code run:<id>}
     * @param units how much is set aside, in the limit's unit
     * @param used what is spent and reserved of it, this draw included
     * @param resetsAt when use falls back by itself; absent where it never does
     */
    record Draw(
            String limit,
            String scope,
            long units,
            long used,
            long limitValue,
            @Nullable Instant resetsAt) {}

    /** A rate or concurrency limit is reached: the same request can succeed later by itself. */
    record Throttled(Cause cause) implements Reservation {}

    /** A budget is used up until it resets or is raised. */
    record BudgetExceeded(Cause cause) implements Reservation {}
}
