package tenancy.registry;

import java.util.List;
import tenancy.TenantEvent.AgentChanged;
import tenancy.TenantEvent.AgentRegistered;
import tenancy.TenantEvent.WorkspaceChanged;
import tenancy.TenantEvent.WorkspaceOpened;
import tenancy.TenantEvent.TenantChanged;
import tenancy.TenantEvent.TenantErased;
import tenancy.TenantEvent.TenantRegistered;
import tenancy.RebuiltTables;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;
import tenancy.TenantEvent;

/** What this package writes into the journal. */
@Configuration(proxyBeanMethods = false)
class RegistryTypes {

    @Bean
    JournaledTypes registryJournaledTypes() {
        return new JournaledTypes(List.of(TenantEvent.class, Tenant.class, Workspace.class, Agent.class));
    }

    @Bean
    RebuiltTables registryTables() {
        return new RebuiltTables(
                "tenancy",
                Set.of("tenancy.tenant", "tenancy.workspace", "tenancy.agent"),
                List.of(
                        TenantRegistered.class,
                        TenantChanged.class,
                        WorkspaceOpened.class,
                        WorkspaceChanged.class,
                        AgentRegistered.class,
                        AgentChanged.class));
    }

    @Bean
    RebuiltTables erasureTables() {
        return new RebuiltTables("erasures", Set.of("tenancy.erasure"), List.of(TenantErased.class));
    }
}
