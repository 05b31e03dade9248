package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.ActionEvent.Ruling;
import execution.gateway.Declared;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Effect;
import tools.jackson.databind.JsonNode;

/**
 * What people are asked to agree to, whole, and what they have said.
 *
 * @param state {@code open}, {@code granted}, {@code denied}, {@code expired}, {@code voided} or {@code cancelled}
 * @param digest SHA-256 over what exactly they agree to; a grant may name it
 * @param arguments absent once it is decided, where the tenant does not want them kept
 * @param shown what its connector wants to be seen first
 * @param reversible whether what is done can be undone; absent where nobody says
 * @param handsOut the token that the agent is given if it is granted; absent if the system is called
 * @param actionState where the action stands now
 * @param checks what other systems were asked before
 */
record ApprovalView(
        @JsonProperty("action_id") String action,
        String state,
        String digest,
        @JsonProperty("workflow_run_id") String run,
        @JsonProperty("agent_id") String agent,
        @JsonProperty("workspace_id") String workspace,
        String system,
        String operation,
        Effect effect,
        Map<String, String> target,
        @Nullable JsonNode arguments,
        Map<String, JsonNode> shown,
        @Nullable Boolean reversible,
        Declared.@Nullable Token handsOut,
        List<String> dataClasses,
        String policyProfile,
        long policyVersion,
        List<Ruling.Rule> rules,
        Ruling.@Nullable Shadow shadow,
        String quotaClass,
        List<ActionView.Need> needs,
        List<ActionView.Grant> grants,
        List<ActionView.Check> checks,
        String requestedBy,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable Instant decidedAt,
        @Nullable String decidedBy,
        @Nullable String reason,
        ActionState actionState) {

    /** @param arguments the arguments, if they are at hand */
    static ApprovalView of(ActionView view, ActionView.Approval approval, @Nullable JsonNode arguments) {
        Declared declared = view.declared();
        ActionView.Why why = view.why();
        return new ApprovalView(
                view.action(),
                approval.state(),
                approval.digest(),
                view.run(),
                view.agent(),
                view.workspace(),
                view.system(),
                view.operation(),
                view.effect(),
                view.target(),
                arguments,
                Shown.of(declared, view.target(), arguments),
                declared == null ? null : declared.reversible(),
                declared == null ? null : declared.handsOut(),
                view.dataClasses(),
                why.policyProfile(),
                why.policyVersion(),
                why.rules(),
                why.shadow(),
                why.quotaClass(),
                approval.needs(),
                approval.grants(),
                view.checks(),
                approval.requestedBy(),
                approval.requestedAt(),
                approval.expiresAt(),
                approval.decidedAt(),
                approval.decidedBy(),
                approval.reason(),
                view.state());
    }
}
