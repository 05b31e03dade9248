package execution;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.RunId;

/**
 * The answer to a run that was started or ended.
 *
 * @param cause the limit that is reached, of a refused run and of a paused one
 */
record RunReceipt(
        RunId run,
        RunState state,
        @Nullable Cause cause,
        Instant startedAt,
        @Nullable Instant endedAt) {}
