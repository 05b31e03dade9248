package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/**
 * One run as its tenant sees it.
 *
 * @param parent the run that started it
 * @param cause the limit or cap that it stopped at, of a refused run and of a paused one
 */
record RunView(
        @JsonProperty("workflow_run_id") String run,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workspace_id") String workspace,

        @JsonProperty("parent_run_id") @Nullable String parent,

        RunState state,
        @Nullable Cause cause,
        Instant startedAt,
        @Nullable Instant endedAt) {}
