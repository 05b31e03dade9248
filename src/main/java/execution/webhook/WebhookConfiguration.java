package execution.webhook;

import java.util.List;
import tenancy.RebuiltTables;
import java.util.Set;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** What webhooks write into the journal, and their settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WebhookSettings.class)
class WebhookConfiguration {

    @Bean
    JournaledTypes webhookJournaledTypes() {
        return new JournaledTypes(List.of(WebhookEvent.class));
    }

    @Bean
    RebuiltTables webhookTables() {
        return new RebuiltTables("webhooks", Set.of("execution.webhook"), List.of(WebhookEvent.class));
    }
}
