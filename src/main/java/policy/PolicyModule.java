package policy;

import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** Makes the package known to Spring. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@ComponentScan
public class PolicyModule {

    @Bean
    JournaledTypes policyTypes() {
        return new JournaledTypes(List.of(PolicyEvent.class, PolicyBook.class, PolicyDraft.class));
    }
}
