package tenancy.registry;

import java.time.Instant;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.stereotype.Component;
import tenancy.TenantContext;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.TenantEvent.WorkspaceChanged;
import tenancy.TenantEvent.WorkspaceOpened;

/** Lists of tenants, workspaces and agents, made from their events. */
@Component
@ProcessingGroup("tenancy")
class TenantProjection {

    private final TenantRows tenants;
    private final WorkspaceRows workspaces;
    private final AgentRows agents;

    TenantProjection(TenantRows tenants, WorkspaceRows workspaces, AgentRows agents) {
        this.tenants = tenants;
        this.workspaces = workspaces;
        this.agents = agents;
    }

    @EventHandler
    void on(TenantRegistered registered, @MetaDataValue(TenantContext.TENANT) String tenant, @Timestamp Instant at) {
        tenants.save(new TenantRow(tenant, registered.name(), registered.quotaClass(), at));
    }

    @EventHandler
    void on(TenantChanged changed, @MetaDataValue(TenantContext.TENANT) String tenant) {
        tenants.findById(tenant).orElseThrow().change(changed.name(), changed.quotaClass());
    }

    @EventHandler
    void on(WorkspaceOpened opened, @MetaDataValue(TenantContext.TENANT) String tenant, @Timestamp Instant at) {
        workspaces.save(new WorkspaceRow(new RowKey(tenant, opened.workspace()), opened.name(), at));
    }

    @EventHandler
    void on(WorkspaceChanged changed, @MetaDataValue(TenantContext.TENANT) String tenant) {
        workspaces
                .findById(new RowKey(tenant, changed.workspace()))
                .orElseThrow()
                .rename(changed.name());
    }

    @EventHandler
    void on(AgentRegistered registered, @MetaDataValue(TenantContext.TENANT) String tenant, @Timestamp Instant at) {
        agents.save(new AgentRow(tenant, registered, at));
    }

    @EventHandler
    void on(AgentChanged changed, @MetaDataValue(TenantContext.TENANT) String tenant) {
        agents.findById(new RowKey(tenant, changed.agent())).orElseThrow().change(changed);
    }
}
