package journal;

import java.time.Clock;
import javax.sql.DataSource;
import org.axonframework.config.Configuration;
import org.hibernate.cfg.JdbcSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.Forgetting;
import tenancy.InlineRows;
import tenancy.RebuiltTables;
import tenancy.TenantTransactions;
import tools.jackson.databind.json.JsonMapper;

/** What makes projections again from the journal. */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RebuildSettings.class)
class RebuildConfiguration {

    @Bean
    HibernatePropertiesCustomizer shadowNames() {
        return properties -> properties.put(JdbcSettings.STATEMENT_INSPECTOR, new ShadowNames());
    }

    @Bean
    RebuildLog rebuildLog(@Qualifier("systemDataSource") DataSource system, JsonMapper json) {
        return new RebuildLog(new JdbcTemplate(system), json);
    }

    @Bean
    Shadowed shadowed(
            @Qualifier("systemDataSource") DataSource system,
            @Qualifier("journalDataSource") DataSource journal,
            TenantTransactions transactions,
            ObjectProvider<InlineRows> inlineRows,
            Configuration axon,
            JournalSerializer serializer,
            ObjectProvider<Forgetting> forgetting,
            RebuildSettings settings) {
        var everyTenant = new JdbcTemplate(system);
        return new Shadowed(
                new PastBatches(everyTenant, serializer, axon.upcasterChain()),
                everyTenant,
                journal,
                transactions,
                inlineRows.stream().toList(),
                axon,
                serializer,
                forgetting.stream().toList(),
                settings.share());
    }

    @Bean
    Rebuilds rebuilds(
            ObjectProvider<RebuiltTables> declared,
            Shadowed shadowed,
            @Qualifier("systemDataSource") DataSource system,
            RebuildLog history,
            Clock clock) {
        return new Rebuilds(declared.stream().toList(), shadowed, system, history, clock);
    }
}
