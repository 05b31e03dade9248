package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** One action in a list. */
record ActionSummary(
        @JsonProperty("action_id") String action,
        @JsonProperty("workflow_run_id") String run,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workspace_id") String workspace,
        String system,
        String operation,
        ActionState state,
        @Nullable Cause cause,
        Instant decidedAt,
        Instant changedAt) {}
