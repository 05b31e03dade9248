package tenancy.containment;

import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.ContainmentEvent;
import tenancy.JournaledTypes;

/** What this package writes into the journal. */
@Configuration(proxyBeanMethods = false)
class ContainmentTypes {

    @Bean
    JournaledTypes containmentJournaledTypes() {
        return new JournaledTypes(List.of(ContainmentEvent.class, PostureBook.class));
    }
}
