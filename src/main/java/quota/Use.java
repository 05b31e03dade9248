package quota;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant uses at one moment, of every limit that counts something.
 *
 * @param runs runs that are open
 * @param lines the tenant's first, then those of its workspaces and agents
 */
record Use(long runs, Overrides overrides, ZoneId zone, List<Integer> thresholds, List<Line> lines) {

    Use {
        lines = List.copyOf(lines);
    }

    /**
     * One limit of one scope. What is free is {@code limitValue - spent - reserved}.
     *
     * @param limitValue absent where nothing limits it
     * @param resetsAt when use falls back by itself; absent where it never does
     */
    record Line(
            String limit,
            String scope,
            long spent,
            long reserved,
            @Nullable Long limitValue,
            @Nullable Instant resetsAt) {

        long used() {
            return spent + reserved;
        }
    }
}
