package tenancy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One requested action, bound to one tenant, after the credential, the agent's registration and the connector's
 * description have been joined to what the caller sent. Policy and quota decide on this and on nothing else.
 *
 * @param policyProfile the profile of the agent's registration
 * @param quotaClass the quota class of the agent's registration
 * @param operation such as {@code ticket.update}
 * @param destination host that the action would reach, lower case, without port
 * @param arguments canonical JSON (RFC 8785) of the validated arguments
 * @param dataClasses classes of the data that would leave the tenant with this action
 * @param model the model a model call names; absent for other actions
 * @param recipients domains of those whom the action addresses, such as {@code example.com} of a mail's addressees; lower
 *     case, each once
 * @param estimate what one execution is expected to use
 */
public record ActionEnvelope(
        ActionId action,
        WorkspaceId workspace,
        AgentId agent,
        String agentClass,
        String trustZone,
        RunId run,
        String policyProfile,
        String quotaClass,
        String operation,
        Effect effect,
        Target target,
        String destination,
        String arguments,
        List<String> dataClasses,
        @Nullable String model,
        List<String> recipients,
        Estimate estimate) {

    public ActionEnvelope {
        dataClasses = List.copyOf(dataClasses);
        recipients = List.copyOf(recipients);
    }

    public TenantId tenant() {
        return action.tenant();
    }
}
