package tenancy.credentials;

import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.InvalidField;
import tenancy.Role;
import tenancy.TenantId;
import tenancy.credentials.KeyCommand.IssueKey;

/** Decides which keys may be: operators belong to the fleet and nobody else does, agent keys belong to one agent. */
@Component
class KeyIssuer {

    private final Repository<ApiKey> keys;
    private final Agents agents;

    KeyIssuer(Repository<ApiKey> keys, Agents agents) {
        this.keys = keys;
        this.agents = agents;
    }

    @CommandHandler
    void handle(IssueKey issue) throws Exception {
        boolean ofFleet = issue.key().tenant().equals(TenantId.FLEET);
        if (ofFleet != (issue.role() == Role.OPERATOR)) {
            throw new InvalidField(
                    "/role",
                    "tenant_role",
                    ofFleet ? "must be operator in the fleet" : "must not be operator in a tenant");
        }
        AgentId agent = issue.agent();
        if ((agent != null) != (issue.role() == Role.AGENT)) {
            throw new InvalidField("/agent_id", "agent_role", "must be given for the role agent, and for no other");
        }
        if (agent != null) {
            agents.registration(agent);
        }
        keys.newInstance(() -> new ApiKey(issue));
    }
}
