package platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * The logins the platform works with. None owns a table and none may bypass row-level security; what each may do is
 * granted by the migrations.
 */
final class DatabaseRoles {

    /** Serves requests and projections; sees the rows of one tenant at a time. */
    static final String APP = "firebreak_app";
    /** The platform's own background work; reads every tenant's rows. */
    static final String SYSTEM = "firebreak_system";
    /** The journal writer. */
    static final String JOURNAL = "firebreak_journal";

    private static final int OLDEST_POSTGRES = 15;
    /** Nodes that start together take turns, else PostgreSQL reports "tuple concurrently updated". */
    private static final String TAKE_TURNS = "select pg_advisory_xact_lock(hashtext('firebreak roles'))";

    private final DatabaseOwner owner;
    private final DatabaseSettings settings;

    DatabaseRoles(DatabaseOwner owner, DatabaseSettings settings) {
        this.owner = owner;
        this.settings = settings;
    }

    /** Makes the roles, or brings them up to date. Whether commits are durable the journal asks, at every connection. */
    void prepare() {
        try (var connection = owner.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                refuseOldServer(connection);
                statement.execute(TAKE_TURNS);
                for (String role : List.of(APP, SYSTEM, JOURNAL)) {
                    prepare(connection, statement, role);
                }
            }
            connection.commit();
        } catch (SQLException failed) {
            throw new IllegalStateException("Cannot prepare the database as " + owner, failed);
        }
    }

    private void prepare(Connection connection, Statement statement, String role) throws SQLException {
        try (var found = statement.executeQuery(
                "select rolsuper or rolbypassrls from pg_roles where rolname = '" + role + "'")) {
            if (!found.next()) {
                statement.execute("create role " + role + " login");
            } else if (found.getBoolean(1)) {
                throw new IllegalStateException("Role " + role + " is a superuser or may bypass row-level security:"
                        + " tenants would not be kept apart. Take that right from it.");
            }
        }
        // Hashed here, so that no server log can show it.
        connection
                .unwrap(PGConnection.class)
                .alterUserPassword(role, owner.passwordOf(role).toCharArray(), "scram-sha-256");
        limit(statement, role, "statement_timeout", settings.statementTimeout().toMillis());
        limit(
                statement,
                role,
                "idle_in_transaction_session_timeout",
                settings.idleInTransactionTimeout().toMillis());
    }

    private static void limit(Statement statement, String role, String name, long millis) throws SQLException {
        statement.execute("alter role %s set %s = %d".formatted(role, name, millis));
    }

    private static void refuseOldServer(Connection connection) throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < OLDEST_POSTGRES) {
            throw new IllegalStateException(
                    "PostgreSQL %d is too old: Firebreak needs %d or later.".formatted(version, OLDEST_POSTGRES));
        }
    }
}
