package tenancy;

import org.axonframework.config.ConfigurerModule;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Makes the package known to Spring. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@ComponentScan
@EnableConfigurationProperties(TenancySettings.class)
public class TenancyModule {

    /** Registered here and not as a bean of the interceptor's type, so that no bus takes it for one of its own. */
    @Bean
    ConfigurerModule projectionBinding(BoundTransactions transactions) {
        return configurer -> configurer
                .eventProcessing()
                .registerDefaultHandlerInterceptor((configuration, processor) -> new ProjectionBinding(transactions));
    }
}
