package tenancy.registry;

import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;

/** An agent's registration, for lists. */
@Entity
@Table(schema = "tenancy", name = "agent")
@NullUnmarked
class AgentRow {

    @EmbeddedId
    private RowKey id;

    private String workspace;
    private String agentClass;
    private String trustZone;
    private String policyProfile;
    private String quotaClass;
    private boolean active;
    private Instant createdAt;

    AgentRow() {}

    AgentRow(String tenant, AgentRegistered agent, Instant createdAt) {
        this.id = new RowKey(tenant, agent.agent());
        this.workspace = agent.workspace();
        this.agentClass = agent.agentClass();
        this.trustZone = agent.trustZone();
        this.policyProfile = agent.policyProfile();
        this.quotaClass = agent.quotaClass();
        this.active = true;
        this.createdAt = createdAt;
    }

    void change(AgentChanged changed) {
        workspace = changed.workspace();
        agentClass = changed.agentClass();
        trustZone = changed.trustZone();
        policyProfile = changed.policyProfile();
        quotaClass = changed.quotaClass();
        active = changed.active();
    }

    AgentView view() {
        return new AgentView(id.key(), workspace, agentClass, trustZone, policyProfile, quotaClass, active, createdAt);
    }
}
