package quota;

import java.util.List;
import quota.QuotaEvent.BudgetOpened;
import quota.QuotaEvent.BudgetCorrected;
import quota.QuotaEvent.BudgetSettled;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.QuotaClassChanged;
import quota.QuotaEvent.QuotaClassDefined;
import tenancy.RebuiltTables;
import java.util.Set;
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
@EnableConfigurationProperties(QuotaSettings.class)
public class QuotaModule {

    @Bean
    JournaledTypes quotaTypes() {
        return new JournaledTypes(List.of(QuotaEvent.class, QuotaClass.class, Budget.class));
    }

    @Bean
    RebuiltTables quotaTables() {
        return new RebuiltTables(
                "quota",
                Set.of("quota.quota_class", "quota.limit_override"),
                List.of(QuotaClassDefined.class, QuotaClassChanged.class, OverrideSet.class, OverrideCleared.class));
    }

    @Bean
    RebuiltTables spentTables() {
        return new RebuiltTables("spent", Set.of("quota.spent"), List.of(BudgetSettled.class, BudgetCorrected.class));
    }

    @Bean
    RebuiltTables budgetTables() {
        return new RebuiltTables("budgets", Set.of("quota.budget"), List.of(BudgetOpened.class));
    }
}
