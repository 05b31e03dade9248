package secrets.sealing;

import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** What sealing writes into the journal, and its settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SealingSettings.class)
class SealingConfiguration {

    @Bean
    JournaledTypes sealingTypes() {
        return new JournaledTypes(List.of(SealingEvent.class, ContentEvent.class));
    }
}
