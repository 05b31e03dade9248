package policy;

import java.util.List;
import policy.PolicyEvent.PolicyRulesExpired;
import policy.PolicyEvent.PolicyPublished;
import tenancy.RebuiltTables;
import java.util.Set;
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

    @Bean
    RebuiltTables policyTables() {
        return new RebuiltTables(
                "policy",
                Set.of("policy.policy_version", "policy.rule_expiry"),
                List.of(PolicyPublished.class, PolicyRulesExpired.class));
    }

    @Bean
    RebuiltTables policyBookTables() {
        return new RebuiltTables("policy_books", Set.of("policy.book"), List.of(PolicyPublished.class));
    }
}
