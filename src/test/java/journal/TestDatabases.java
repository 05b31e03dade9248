package journal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** One durable PostgreSQL for all tests of this package, a new database for each application. */
final class TestDatabases {

    private static final AtomicInteger count = new AtomicInteger();
    private static final EmbeddedPostgres server = start();

    private TestDatabases() {}

    private static EmbeddedPostgres start() {
        try {
            // Off by default, and then nothing would be proven.
            var postgres = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            var owner = new JdbcTemplate(postgres.getPostgresDatabase());
            for (String role : new String[] {"app", "system", "journal"}) {
                owner.execute("create role firebreak_" + role + " login password 'x'");
            }
            return postgres;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @return the name of a database with the journal's tables and the sample's */
    static String create() {
        String name = "journal_" + count.incrementAndGet();
        new JdbcTemplate(server.getPostgresDatabase()).execute("create database " + name);
        Flyway.configure()
                .dataSource(owner(name))
                .locations("filesystem:db")
                .placeholderReplacement(false)
                .target("001")
                .load()
                .migrate();
        new JdbcTemplate(owner(name)).execute(Sample.TABLES);
        return name;
    }

    static DataSource owner(String database) {
        return server.getDatabase("postgres", database);
    }

    static String url(String database, String role) {
        return server.getJdbcUrl("firebreak_" + role, database);
    }
}
