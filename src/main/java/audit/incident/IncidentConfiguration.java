package audit.incident;

import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** What incidents write into the journal, and their settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IncidentSettings.class)
class IncidentConfiguration {

    @Bean
    JournaledTypes incidentJournaledTypes() {
        return new JournaledTypes(List.of(IncidentEvent.class));
    }
}
