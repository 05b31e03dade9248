package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.ActionEvent.Ruling;
import execution.gateway.Levels;
import java.time.Instant;
import java.util.Map;
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
 * @param links where to go on, such as {@code approve}; absent where there is nothing to do
 * @param shadow what a version of the policy that is only tried out would have said
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
        @Nullable Result outcome,
        @Nullable Map<String, String> links,
        Ruling.@Nullable Shadow shadow) {

    static @Nullable Map<String, String> links(ActionState state, String action) {
        return state == ActionState.APPROVAL_REQUIRED ? Map.of("approve", Holds.link(action)) : null;
    }

    /**
     * What the target said.
     *
     * @param status HTTP status of its last answer
     * @param code why it failed, stable
     * @param result its answer
     * @param requests how many requests were sent, retries included
     * @param resultDigest SHA-256 of its answer
     * @param levels what is known of the call, level by level
     */
    public record Result(
            @Nullable Integer status,
            @Nullable String code,
            @Nullable JsonNode result,
            int requests,
            @Nullable String resultDigest,
            @Nullable Levels levels) {

        /** The same without a trace of what the target said. */
        Result withoutDigest() {
            return new Result(status, code, result, requests, null, levels);
        }

        static @Nullable Result of(ActionEvent event) {
            return switch (event) {
                case ActionEvent.ActionSucceeded done ->
                    new Result(
                            done.status(),
                            null,
                            done.result() == null ? null : StoredJson.tree(done.result()),
                            done.requests(),
                            done.resultDigest(),
                            done.levels());
                case ActionEvent.ActionFailed failed ->
                    new Result(failed.status(), failed.code(), null, failed.requests(), null, failed.levels());
                case ActionEvent.ActionOutcomeUnknown unknown ->
                    new Result(null, unknown.code(), null, unknown.requests(), null, unknown.levels());
                case ActionEvent.ActionReconciled known ->
                    new Result(null, null, null, known.requests(), null, known.levels());
                case ActionEvent.ActionQueued _,
                        ActionEvent.ActionRefused _,
                        ActionEvent.ActionStarted _,
                        ActionEvent.PriorRead _,
                        ActionEvent.ResultRedacted _,
                        ActionEvent.ActionRequeued _,
                        ActionEvent.ActionHeld _,
                        ActionEvent.ApprovalRequested _,
                        ActionEvent.ApprovalGranted _,
                        ActionEvent.ApprovalDenied _,
                        ActionEvent.ApprovalExpired _,
                        ActionEvent.ApprovalVoided _,
                        ActionEvent.ActionReleased _,
                        ActionEvent.ChecksRequired _,
                        ActionEvent.ChecksStarted _,
                        ActionEvent.CheckPassed _,
                        ActionEvent.CheckFailed _,
                        ActionEvent.ArgumentsDropped _,
                        ActionEvent.ActionCompensated _,
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
                null,
                links(receipt.state(), key),
                receipt.shadow());
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
                view.outcome(),
                links(view.state(), view.action()),
                view.why().shadow());
    }

    /** The same action, ended; or held, once its checks have passed. */
    Answer ended(ActionEvent event) {
        ActionState last = ActionHistory.stateAfter(event);
        Cause why = ActionHistory.causeOf(event);
        return new Answer(
                action,
                run,
                last,
                why,
                why == null ? null : why.resetsAt(),
                ActionHistory.remedyOf(event),
                decisionId,
                decidedAt,
                event.endsIt() ? ActionHistory.timeOf(event) : null,
                Result.of(event),
                links(last, action),
                shadow);
    }
}
