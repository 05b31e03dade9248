package execution;

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
@ComponentScan
@EnableConfigurationProperties({ExecutionSettings.class, ApprovalSettings.class})
public class ExecutionModule {

    @Bean
    JournaledTypes executionEvents() {
        return new JournaledTypes(List.of(ActionEvent.class, RunEvent.class, ApprovalDeadline.class));
    }
}
