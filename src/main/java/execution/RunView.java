package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One run as its tenant sees it. */
record RunView(
        @JsonProperty("workflow_run_id") String run,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workspace_id") String workspace,
        RunState state,
        Instant startedAt,
        @Nullable Instant endedAt) {}
