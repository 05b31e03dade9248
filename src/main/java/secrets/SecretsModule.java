package secrets;

import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** Makes the package known to Spring. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@EnableConfigurationProperties(SecretsSettings.class)
@ComponentScan
public class SecretsModule {

    @Bean
    JournaledTypes secretTypes() {
        return new JournaledTypes(List.of(SecretEvent.class, SecretBook.class));
    }
}
