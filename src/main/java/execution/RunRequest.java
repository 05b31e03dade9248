package execution;

import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.TenantId;

/**
 * What an orchestrator sends to start a run; the ids are claims, as in {@link Envelope}.
 *
 * @param workflowRunId the caller's own id; one is made if absent
 * @param parentRunId the open run that starts this one
 */
record RunRequest(
        String tenantId,
        String workspaceId,
        String agentId,
        @Nullable String workflowRunId,
        String policyProfile,
        String quotaClass,
        @Nullable String parentRunId) {

    Claim claim(TenantId tenant, @Nullable AgentId boundTo) {
        return Envelope.claim(tenant, boundTo, tenantId, workspaceId, agentId, policyProfile, quotaClass);
    }
}
