package execution;

import org.jspecify.annotations.Nullable;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.Forbidden;
import tenancy.WorkspaceId;

/**
 * Who a request says it is from. It must agree with the agent's registration and with the credential; where it does not,
 * only the caller's own words are named, never what is registered.
 *
 * @param boundTo the agent that the credential is bound to; absent for credentials that are bound to none
 */
record Claim(
        AgentId agent,
        WorkspaceId workspace,
        String policyProfile,
        String quotaClass,
        @Nullable AgentId boundTo) {

    /** Refuses a claim to be another agent than the credential's. */
    void checkCredential() {
        if (boundTo != null && !boundTo.equals(agent)) {
            throw new EnvelopeMismatch("agent_id", agent.key());
        }
    }

    /** Refuses a claim that disagrees with the registration in force, or an agent that was retired. */
    void checkAgainst(Registration registration) {
        agree("workspace_id", workspace.key(), registration.workspace().key());
        agree("policy_profile", policyProfile, registration.policyProfile());
        agree("quota_class", quotaClass, registration.quotaClass());
        if (!registration.active()) {
            throw new Forbidden(
                    "agent_retired", "The agent %s is retired: nothing is admitted for it.".formatted(agent.key()));
        }
    }

    private static void agree(String field, String claimed, String registered) {
        if (!claimed.equals(registered)) {
            throw new EnvelopeMismatch(field, claimed);
        }
    }
}
