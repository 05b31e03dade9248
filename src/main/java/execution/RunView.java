package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.RunEvent.RunEnded;
import execution.RunEvent.RunPaused;
import execution.RunEvent.RunRefused;
import execution.RunEvent.RunResumed;
import execution.RunEvent.RunStarted;
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
        @Nullable Instant endedAt) {

    /** What one event alone says of its run; the parent is told once, at the start. */
    static RunView of(RunEvent event) {
        return switch (event) {
            case RunStarted started ->
                new RunView(
                        started.run(),
                        started.agent(),
                        started.workspace(),
                        started.parent(),
                        RunState.OPEN,
                        null,
                        started.startedAt(),
                        null);
            case RunRefused refused ->
                new RunView(
                        refused.run(),
                        refused.agent(),
                        refused.workspace(),
                        null,
                        RunState.REFUSED,
                        refused.cause(),
                        refused.refusedAt(),
                        null);
            case RunPaused paused ->
                new RunView(
                        paused.run(),
                        paused.agent(),
                        paused.workspace(),
                        null,
                        RunState.PAUSED,
                        paused.cause(),
                        paused.startedAt(),
                        null);
            case RunResumed resumed ->
                new RunView(
                        resumed.run(),
                        resumed.agent(),
                        resumed.workspace(),
                        null,
                        RunState.OPEN,
                        null,
                        resumed.startedAt(),
                        null);
            case RunEnded ended ->
                new RunView(
                        ended.run(),
                        ended.agent(),
                        ended.workspace(),
                        null,
                        RunState.ENDED,
                        null,
                        ended.startedAt(),
                        ended.endedAt());
        };
    }

    /** The same, with the parent that was told before. */
    RunView after(@Nullable RunView before) {
        return parent != null || before == null
                ? this
                : new RunView(run, agent, workspace, before.parent(), state, cause, startedAt, endedAt);
    }
}
