package platform;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/**
 * The database in the order in which it comes up: server, roles, migrations, and only then the pools. No bean that has
 * a pool in its hands can meet a database without its tables.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseSettings.class)
class DatabaseWiring {

    private static final String DATABASE = "firebreak";

    /** Proof that roles and tables are there. */
    record Migrated(DatabaseOwner owner) {}

    @Bean
    @Conditional(NoDatabaseConfigured.class)
    EmbeddedPostgres embeddedPostgres(DatabaseSettings settings) {
        return EmbeddedPostgres.start(settings.directory(), settings.port());
    }

    @Bean
    Migrated migrated(ObjectProvider<EmbeddedPostgres> embedded, Environment environment, DatabaseSettings settings) {
        var owner = Optional.ofNullable(embedded.getIfAvailable())
                .map(postgres -> postgres.owner(DATABASE))
                .orElseGet(() -> configured(environment));
        new DatabaseRoles(owner, settings).prepare();
        Flyway.configure()
                .dataSource(owner.dataSource())
                .locations("classpath:db")
                .placeholderReplacement(false)
                // Each module numbers its own steps: a new one of the first comes before an old one of the last.
                .outOfOrder(true)
                .load()
                .migrate();
        return new Migrated(owner);
    }

    @Bean
    @Primary
    HikariDataSource dataSource(Migrated database, DatabaseSettings settings) {
        return pool(database, DatabaseRoles.APP, settings.appConnections(), settings);
    }

    @Bean
    @Qualifier("systemDataSource")
    HikariDataSource systemDataSource(Migrated database, DatabaseSettings settings) {
        return pool(database, DatabaseRoles.SYSTEM, settings.systemConnections(), settings);
    }

    @Bean
    @Qualifier("journalDataSource")
    HikariDataSource journalDataSource(Migrated database, DatabaseSettings settings) {
        return pool(database, DatabaseRoles.JOURNAL, settings.journalConnections(), settings);
    }

    private static DatabaseOwner configured(Environment environment) {
        return new DatabaseOwner(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getProperty("spring.datasource.username", ""),
                environment.getProperty("spring.datasource.password", ""));
    }

    private static HikariDataSource pool(Migrated database, String role, int size, DatabaseSettings settings) {
        DatabaseOwner owner = database.owner();
        var pool = new HikariDataSource();
        pool.setPoolName(role);
        pool.setJdbcUrl(owner.url());
        pool.setUsername(role);
        pool.setPassword(owner.passwordOf(role));
        pool.setMaximumPoolSize(size);
        pool.setConnectionTimeout(settings.connectionTimeout().toMillis());
        pool.addDataSourceProperty("ApplicationName", role);
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }
}
