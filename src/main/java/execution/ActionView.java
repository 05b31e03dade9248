package execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.gateway.Declared;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.RunId;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tools.jackson.databind.JsonNode;

/**
 * One action and its whole <em>why</em>, folded from its events.
 *
 * @param arguments absent where the tenant does not want them kept
 * @param argumentsDigest SHA-256 of the canonical arguments, where that is what is kept
 * @param contents {@code destroyed} if target, arguments and result are past the days for which they are kept
 * @param reconciled who found out the outcome, if nobody knew it at first
 * @param compensatedBy the action that undid it; absent while nothing has
 * @param declared what the connector says of the operation; absent if nothing
 * @param approval who has to agree and who has; absent if nobody had to
 * @param checks what was asked before its effect
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
        @Nullable JsonNode arguments,
        @Nullable String argumentsDigest,
        @Nullable String contents,
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
        @Nullable Approval approval,
        List<Check> checks,
        Answer.@Nullable Result outcome,
        @Nullable Reconciled reconciled,
        @Nullable String compensatedBy,
        @Nullable Declared declared,
        @Nullable Map<String, String> links,
        @Nullable Place queue) {

    /** The context in which it was asked for, with the principal and the request of whoever acts on it now. */
    TenantContext askedIn(TenantContext now) {
        TenantId tenant = now.tenant();
        return now.within(
                new WorkspaceId(tenant, workspace),
                new AgentId(tenant, agent),
                new RunId(tenant, run),
                why.policyProfile(),
                why.quotaClass());
    }

    /**
     * What decided.
     *
     * @param verdict {@code allowed}, {@code needs_approval}, {@code needs_check}, {@code denied}, or {@code not_asked} where
     *     a containment came before the policy; what the quota said is the state
     * @param shadow what a version of the policy that is only tried out would have said
     * @param reservation what was drawn on which budget; absent if nothing was
     * @param estimate what it was expected to use
     * @param principal who sent it
     */
    public record Why(
            String policyProfile,
            long policyVersion,
            String verdict,
            List<Ruling.Rule> rules,
            Ruling.@Nullable Shadow shadow,
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
     * @param lease of the credential that it ran with; absent if it needed none
     */
    public record Attempt(
            int attempt,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable ActionState endedAs,
            long connectorVersion,
            @Nullable String lease) {}

    /**
     * What people were asked, and what they said.
     *
     * @param state {@code open}, {@code granted}, {@code denied}, {@code expired}, {@code voided} or {@code cancelled}
     * @param digest SHA-256 over what exactly they agree to
     * @param decidedBy who granted last, or denied; absent while it is open, and where nobody did
     * @param reason of whoever denied it, or why it ended otherwise
     */
    public record Approval(
            String state,
            String digest,
            List<Need> needs,
            List<Grant> grants,
            String requestedBy,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Instant decidedAt,
            @Nullable String decidedBy,
            @Nullable String reason) {}

    /** @param granted how many different people have agreed */
    public record Need(String rule, List<String> roles, int count, long granted) {}

    /**
     * How the doubt about it ended.
     *
     * @param by who said so, or had the probe look
     * @param evidence how a person knows
     */
    public record Reconciled(
            ActionEvent.How how, String by, @Nullable String evidence, Instant reconciledAt) {}

    /** One who agreed. */
    public record Grant(String by, String role, String comment, Instant grantedAt) {}

    /**
     * One question and its answer.
     *
     * @param passed absent while it is not answered
     * @param code why it did not pass
     * @param resultDigest SHA-256 of the answer
     * @param result the answer; absent if it is long or there is none
     */
    public record Check(
            String rule,
            String system,
            String operation,
            @Nullable Boolean passed,
            @Nullable String code,
            @Nullable String resultDigest,
            @Nullable JsonNode result,
            @Nullable Instant checkedAt) {}

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
                argumentsDigest,
                contents,
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
                approval,
                checks,
                outcome,
                reconciled,
                compensatedBy,
                declared,
                links,
                place);
    }
}
