package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tools.jackson.databind.JsonNode;

/**
 * Where an action stands, as its caller is told.
 *
 * @param cause why it is not plain progress
 * @param retryAt when the same request can succeed by itself
 * @param remedy what would have to change
 * @param decisionId names the decision in the journal
 * @param outcome what came of the call; absent while there is none
 */
public record Answer(
        @JsonProperty("action_id") String action,
        @JsonProperty("workflow_run_id") String run,
        ActionState state,
        @Nullable Cause cause,
        @Nullable Instant retryAt,
        @Nullable String remedy,
        String decisionId,
        Instant decidedAt,
        @Nullable Instant endedAt,
        @Nullable Result outcome) {

    /**
     * What the target said.
     *
     * @param status HTTP status of its last answer
     * @param code why it failed, stable
     * @param result its answer
     * @param requests how many requests were sent, retries included
     */
    public record Result(
            @Nullable Integer status,
            @Nullable String code,
            @Nullable JsonNode result,
            int requests) {

        static @Nullable Result of(ActionEvent event) {
            return switch (event) {
                case ActionEvent.ActionSucceeded done ->
                    new Result(done.status(), null, StoredJson.tree(done.result()), done.requests());
                case ActionEvent.ActionFailed failed ->
                    new Result(failed.status(), failed.code(), null, failed.requests());
                case ActionEvent.ActionOutcomeUnknown unknown ->
                    new Result(null, unknown.code(), null, unknown.requests());
                case ActionEvent.ActionQueued _,
                        ActionEvent.ActionRefused _,
                        ActionEvent.ActionStarted _,
                        ActionEvent.ActionRequeued _,
                        ActionEvent.ActionCancelled _ -> null;
            };
        }
    }

    static Answer of(Receipt receipt, String run) {
        Cause cause = receipt.cause();
        String key = receipt.action().key();
        return new Answer(
                key,
                run,
                receipt.state(),
                cause,
                cause == null ? null : cause.resetsAt(),
                receipt.remedy(),
                key,
                receipt.decidedAt(),
                null,
                null);
    }

    static Answer of(ActionView view) {
        return new Answer(
                view.action(),
                view.run(),
                view.state(),
                view.cause(),
                view.retryAt(),
                view.remedy(),
                view.action(),
                view.decidedAt(),
                view.endedAt(),
                view.outcome());
    }

    /** The same action, ended. */
    Answer ended(ActionEvent event) {
        ActionState last = ActionHistory.stateAfter(event);
        Cause why = ActionHistory.causeOf(event);
        return new Answer(
                action,
                run,
                last,
                why,
                why == null ? null : why.resetsAt(),
                null,
                decisionId,
                decidedAt,
                ActionHistory.timeOf(event),
                Result.of(event));
    }
}
