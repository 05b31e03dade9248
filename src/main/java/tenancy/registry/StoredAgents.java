package tenancy.registry;

import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.NotFound;

/** Agents, over their aggregates: cached, and read in the lane that also changes them. */
@Component
class StoredAgents implements Agents {

    private final Repository<Agent> agents;

    StoredAgents(Repository<Agent> agents) {
        this.agents = agents;
    }

    @Override
    public Registration registration(AgentId agent) {
        try {
            return agents.load(agent.toString()).invoke(Agent::registration);
        } catch (AggregateNotFoundException absent) {
            throw new NotFound("agent", agent.key());
        }
    }
}
