package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One run as its tenant sees it. */
record RunView(
        String run,
        String agent,
        String workspace,
        RunState state,
        Instant startedAt,
        @Nullable Instant endedAt) {}
