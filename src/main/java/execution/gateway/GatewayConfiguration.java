package execution.gateway;

import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** What the gateway hands to the other modules, and its settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
    GatewaySettings.class,
    LookUpSettings.class,
    RetrySettings.class,
    ProxySettings.class,
    TlsSettings.class
})
class GatewayConfiguration {

    @Bean
    JournaledTypes gatewayJournaledTypes() {
        return new JournaledTypes(List.of(ConnectorEvent.class, Connector.class));
    }
}
