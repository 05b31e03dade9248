package tenancy.credentials;

import java.util.List;
import tenancy.TenantEvent.KeyRevoked;
import tenancy.TenantEvent.KeyIssued;
import tenancy.RebuiltTables;
import java.util.Set;
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

    @Bean
    RebuiltTables keyTables() {
        return new RebuiltTables("keys", Set.of("tenancy.api_key"), List.of(KeyIssued.class, KeyRevoked.class));
    }
}
