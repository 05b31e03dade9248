package platform;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
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
import tenancy.Capacity;

/**
 * The database in the order in which it comes up: server, roles, migrations, and only then the pools. No bean that has
 * a pool in its hands can meet a database without its tables.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseSettings.class)
class DatabaseWiring {

    private static final String DATABASE = "firebreak";

    /** A lane that waits for a connection looks so often whether it should step aside; a pool's shortest wait. */
    private static final Duration TURN = Duration.ofMillis(250);

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
    Pools pools(Migrated database, DatabaseSettings settings, ObjectProvider<MeterRegistry> meters) {
        return new Pools(database.owner(), settings, meters);
    }

    @Bean
    @Primary
    DividedPool dataSource(Pools pools, DatabaseSettings settings) {
        HikariDataSource lanes = pools.of(DatabaseRoles.APP, "_lanes", settings.laneConnections());
        lanes.setConnectionTimeout(TURN.toMillis());
        return new DividedPool(
                Map.of(
                        Capacity.SHARED, pools.of(DatabaseRoles.APP, "", settings.appConnections()),
                        Capacity.LANES, lanes,
                        Capacity.CONTROL, pools.of(DatabaseRoles.APP, "_control", settings.controlConnections())),
                settings.connectionTimeout());
    }

    @Bean
    @Qualifier("systemDataSource")
    DividedPool systemDataSource(Pools pools, DatabaseSettings settings) {
        return new DividedPool(
                Map.of(
                        Capacity.SHARED, pools.of(DatabaseRoles.SYSTEM, "", settings.systemConnections()),
                        Capacity.CONTROL, pools.of(DatabaseRoles.SYSTEM, "_control", settings.controlConnections())),
                settings.connectionTimeout());
    }

    @Bean
    @Qualifier("journalDataSource")
    HikariDataSource journalDataSource(Pools pools, DatabaseSettings settings) {
        return pools.of(DatabaseRoles.JOURNAL, "", settings.journalConnections());
    }

    private static DatabaseOwner configured(Environment environment) {
        return new DatabaseOwner(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getProperty("spring.datasource.username", ""),
                environment.getProperty("spring.datasource.password", ""));
    }

    /** Makes pools, each with its own name in PostgreSQL and in the metrics. */
    record Pools(DatabaseOwner owner, DatabaseSettings settings, ObjectProvider<MeterRegistry> meters) {

        HikariDataSource of(String role, String part, int size) {
            var pool = new HikariDataSource();
            pool.setPoolName(role + part);
            pool.setJdbcUrl(owner.url());
            pool.setUsername(role);
            pool.setPassword(owner.passwordOf(role));
            pool.setMaximumPoolSize(size);
            pool.setConnectionTimeout(settings.connectionTimeout().toMillis());
            pool.addDataSourceProperty("ApplicationName", role + part);
            pool.addDataSourceProperty("reWriteBatchedInserts", "true");
            pool.addDataSourceProperty("tcpKeepAlive", "true");
            meters.ifAvailable(
                    registry -> pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry)));
            return pool;
        }
    }
}
