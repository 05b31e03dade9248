package execution;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** One action in a list. */
record ActionSummary(
        String action,
        String run,
        String agent,
        String workspace,
        String system,
        String operation,
        ActionState state,
        @Nullable Cause cause,
        Instant decidedAt,
        Instant changedAt) {}
