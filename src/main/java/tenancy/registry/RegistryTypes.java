package tenancy.registry;

import java.util.List;
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
}
