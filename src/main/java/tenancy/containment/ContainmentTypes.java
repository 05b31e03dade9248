package tenancy.containment;

import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.ContainmentEvent;
import tenancy.JournaledTypes;
import tenancy.RebuiltTables;

/** What this package writes into the journal. */
@Configuration(proxyBeanMethods = false)
class ContainmentTypes {

    @Bean
    JournaledTypes containmentJournaledTypes() {
        return new JournaledTypes(List.of(ContainmentEvent.class, PostureBook.class));
    }

    @Bean
    RebuiltTables containmentTables() {
        return new RebuiltTables(
                "containments",
                Set.of("tenancy.containment", "tenancy.containment_receipt", "tenancy.containment_rule"),
                List.of(ContainmentEvent.class));
    }
}
