package tenancy.credentials;

import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.JournaledTypes;

/** What this package writes into the journal, beside the events. */
@Configuration(proxyBeanMethods = false)
class CredentialTypes {

    @Bean
    JournaledTypes credentialJournaledTypes() {
        return new JournaledTypes(List.of(ApiKey.class));
    }
}
