package execution;

import execution.gateway.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tools.jackson.databind.JsonNode;

/**
 * What an orchestrator sends to ask for one action. Its ids are claims: they must agree with the credential and with the
 * agent's registration.
 *
 * @param workflowRunId a run that is not known yet is started with this action
 * @param requestedAction the operation, such as {@code ticket.update}
 * @param target {@code system}, and fields the operation asks for, such as {@code record_id}; all values are strings
 * @param arguments an object, as the operation's schema says
 * @param dataClasses classes of the data that leaves the tenant with this action
 * @param model the model a model call names
 * @param estimatedTokens model tokens that the action is expected to take, input and output together
 * @param parentRunId the open run that starts this action's run
 */
public record Envelope(
        String tenantId,
        String workspaceId,
        String agentId,
        String workflowRunId,
        String policyProfile,
        String quotaClass,
        String requestedAction,

        @Schema(type = "object", example = "{\"system\":\"zendesk\",\"record_id\":\"zd_99102\"}")
        Map<String, Object> target,

        @Schema(type = "object", example = "{\"status\":\"solved\"}") @Nullable
        JsonNode arguments,

        @Nullable List<String> dataClasses,
        @Nullable String model,
        @Nullable Long estimatedTokens,
        @Nullable String parentRunId) {

    private static final int MOST_FIELDS = 20;
    private static final int LONGEST_VALUE = 400;
    private static final int MOST_DATA_CLASSES = 20;
    private static final String SYSTEM = "system";

    /** Who it says it is from, in the caller's tenant. */
    Claim claim(TenantId tenant, @Nullable AgentId boundTo) {
        return claim(tenant, boundTo, tenantId, workspaceId, agentId, policyProfile, quotaClass);
    }

    static Claim claim(
            TenantId tenant,
            @Nullable AgentId boundTo,
            String tenantId,
            String workspaceId,
            String agentId,
            String policyProfile,
            String quotaClass) {
        if (!tenant.value().equals(required("tenant_id", tenantId))) {
            throw new EnvelopeMismatch("tenant_id", Identifiers.check("tenant_id", tenantId));
        }
        return new Claim(
                new AgentId(tenant, required("agent_id", agentId)),
                new WorkspaceId(tenant, required("workspace_id", workspaceId)),
                Identifiers.check("policy_profile", required("policy_profile", policyProfile)),
                Identifiers.check("quota_class", required("quota_class", quotaClass)),
                boundTo);
    }

    RunId run(TenantId tenant) {
        return new RunId(tenant, required("workflow_run_id", workflowRunId));
    }

    @Nullable
    RunId parentRun(TenantId tenant) {
        return parentRun(tenant, parentRunId);
    }

    static @Nullable RunId parentRun(TenantId tenant, @Nullable String parentRunId) {
        return parentRunId == null ? null : new RunId(tenant, Identifiers.check("parent_run_id", parentRunId));
    }

    String operation() {
        return Identifiers.check("requested_action", required("requested_action", requestedAction));
    }

    /** The target, with its system apart from its other fields. */
    Target checkedTarget() {
        if (required("target", target).size() > MOST_FIELDS) {
            throw new InvalidField("/target", "size", "must have at most " + MOST_FIELDS + " fields");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        target.forEach((field, value) -> fields.put(field, text("/target/" + field, value)));
        String system = fields.remove(SYSTEM);
        return new Target(Identifiers.check("target/system", required("target/system", system)), fields);
    }

    /** The arguments as JSON; none are an empty object. */
    String argumentsJson() {
        if (arguments == null || arguments.isNull()) {
            return "{}";
        }
        if (!arguments.isObject()) {
            throw new InvalidField("/arguments", "type", "must be an object");
        }
        return arguments.toString();
    }

    List<String> checkedDataClasses() {
        if (dataClasses == null) {
            return List.of();
        }
        if (dataClasses.size() > MOST_DATA_CLASSES) {
            throw new InvalidField("/data_classes", "size", "must have at most " + MOST_DATA_CLASSES + " items");
        }
        for (int i = 0; i < dataClasses.size(); i++) {
            String field = "data_classes/" + i;
            var checked = Identifiers.check(field, required(field, dataClasses.get(i)));
        }
        return dataClasses;
    }

    @Nullable
    String checkedModel() {
        return model == null ? null : Identifiers.check("model", model);
    }

    long checkedTokens() {
        if (estimatedTokens == null) {
            return 0;
        }
        if (estimatedTokens < 0 || estimatedTokens > Operation.MOST_TOKENS) {
            throw new InvalidField("/estimated_tokens", "range", "must be from 0 to " + Operation.MOST_TOKENS);
        }
        return estimatedTokens;
    }

    private static String text(String pointer, @Nullable Object value) {
        if (value instanceof String text
                && !text.isEmpty()
                && text.length() <= LONGEST_VALUE
                && text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        throw new InvalidField(
                pointer, "text", "must be a string of 1 to " + LONGEST_VALUE + " characters, no control characters");
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidField("/" + field, "required", "is required");
        }
        return value;
    }
}
