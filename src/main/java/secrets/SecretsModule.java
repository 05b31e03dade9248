package secrets;

import java.util.List;
import secrets.SecretEvent.AgentClassLimited;
import secrets.SecretEvent.SecretGrantRemoved;
import secrets.SecretEvent.LeasesEnded;
import secrets.SecretEvent.LeaseIssued;
import secrets.SecretEvent.CredentialsRevoked;
import secrets.SecretEvent.SecretRemoved;
import secrets.SecretEvent.SecretVersionRetired;
import secrets.SecretEvent.SecretVersionAdded;
import tenancy.RebuiltTables;
import java.util.Set;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import tenancy.GoneWithTheirTenant;
import tenancy.InlineRows;
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

    @Bean
    InlineRows erasedSealedValues() {
        return new GoneWithTheirTenant("secrets.sealed_value");
    }

    @Bean
    InlineRows erasedMintedTokens() {
        return new GoneWithTheirTenant("secrets.minted_token");
    }

    @Bean
    RebuiltTables secretVersionTables() {
        return new RebuiltTables(
                "secret_versions",
                Set.of("secrets.version"),
                List.of(
                        SecretVersionAdded.class,
                        SecretVersionRetired.class,
                        SecretRemoved.class,
                        CredentialsRevoked.class));
    }

    @Bean
    RebuiltTables leaseTables() {
        return new RebuiltTables("leases", Set.of("secrets.lease"), List.of(LeaseIssued.class, LeasesEnded.class));
    }

    @Bean
    RebuiltTables fenceTables() {
        return new RebuiltTables(
                "fences",
                Set.of("secrets.fence"),
                List.of(CredentialsRevoked.class, SecretGrantRemoved.class, AgentClassLimited.class));
    }
}
