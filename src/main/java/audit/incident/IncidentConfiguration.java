package audit.incident;

import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;
import tenancy.RebuiltTables;

/** What incidents write into the journal, and their settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IncidentSettings.class)
class IncidentConfiguration {

    @Bean
    RebuiltTables incidentTables() {
        return new RebuiltTables("incidents", Set.of("audit.incident"), List.of(IncidentEvent.class));
    }

    @Bean
    JournaledTypes incidentJournaledTypes() {
        return new JournaledTypes(List.of(IncidentEvent.class));
    }
}
