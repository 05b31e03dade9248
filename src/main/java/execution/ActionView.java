package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Estimate;
import tools.jackson.databind.JsonNode;

/**
 * One action and its whole <em>why</em>, folded from its events.
 *
 * @param queue its place, while it is queued
 */
public record ActionView(
        @JsonProperty("action_id") String action,
        @JsonProperty("workflow_run_id") String run,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workspace_id") String workspace,
        String system,
        String operation,
        Effect effect,
        Map<String, String> target,
        JsonNode arguments,
        List<String> dataClasses,
        @Nullable String model,
        ActionState state,
        @Nullable Cause cause,
        @Nullable Instant retryAt,
        @Nullable String remedy,
        Instant decidedAt,
        @Nullable Instant endedAt,
        Why why,
        List<Attempt> attempts,
        Answer.@Nullable Result outcome,
        @Nullable Place queue) {

    /**
     * What decided.
     *
     * @param verdict {@code allowed} or {@code denied}; what the quota said is the state
     * @param reservation what was drawn on which budget; absent if nothing was
     * @param estimate what it was expected to use
     * @param principal who sent it
     */
    public record Why(
            String policyProfile,
            long policyVersion,
            String verdict,
            List<Ruling.Rule> rules,
            String quotaClass,
            @Nullable Reserved reservation,
            @Nullable String pool,
            Estimate estimate,
            long connectorVersion,
            String schemaDigest,
            @Nullable String idempotencyKey,
            String principal,
            @Nullable String requestId) {}

    /**
     * One time it was started.
     *
     * @param endedAs what it ended as; absent while it runs
     */
    public record Attempt(
            int attempt,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable ActionState endedAs,
            long connectorVersion) {}

    /**
     * Where a queued action stands.
     *
     * @param position 1 for the tenant's next
     * @param waitsFor what keeps it waiting: a limit of the tenant's own, or the pool's slots
     */
    public record Place(long position, Cause waitsFor) {}

    ActionView at(Place place) {
        return new ActionView(
                action,
                run,
                agent,
                workspace,
                system,
                operation,
                effect,
                target,
                arguments,
                dataClasses,
                model,
                state,
                cause,
                retryAt,
                remedy,
                decidedAt,
                endedAt,
                why,
                attempts,
                outcome,
                place);
    }
}
