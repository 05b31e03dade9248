package platform;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the data lives when no {@code spring.datasource.url} is configured, and how the database is used.
 *
 * @param directory of the embedded PostgreSQL: server, data, password and log
 * @param port of the embedded PostgreSQL on the loopback address; 0 takes a free one
 * @param appConnections most connections that serve requests and projections
 * @param laneConnections most connections that what is decided in lanes reads with
 * @param systemConnections most connections of the platform's own background work
 * @param controlConnections connections of each of these two roles that only what stops, revokes and releases takes
 * @param journalConnections most connections of the journal writer
 * @param connectionTimeout longest wait for a free connection
 * @param statementTimeout longest statement; projections skip a journal gap after 60 s, so it stays well below
 * @param idleInTransactionTimeout longest pause inside a transaction, for the same reason
 */
@ConfigurationProperties("firebreak.database")
record DatabaseSettings(
        @DefaultValue("data/postgres") Path directory,
        @DefaultValue("0") int port,
        @DefaultValue("16") int appConnections,
        @DefaultValue("4") int laneConnections,
        @DefaultValue("4") int systemConnections,
        @DefaultValue("3") int controlConnections,
        @DefaultValue("2") int journalConnections,
        @DefaultValue("5s") Duration connectionTimeout,
        @DefaultValue("10s") Duration statementTimeout,
        @DefaultValue("10s") Duration idleInTransactionTimeout) {}
