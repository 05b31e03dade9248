package journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The writer's one connection, made again when it is lost. Nothing on it can hang for ever. */
final class JournalConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JournalConnection.class);
    private static final List<String> DURABILITY = List.of("fsync", "synchronous_commit", "full_page_writes");
    private static final Executor SAME_THREAD = Runnable::run;

    /** The database may lose what it acknowledged. */
    static final class Unsafe extends RuntimeException {
        Unsafe(String setting) {
            super("PostgreSQL runs with %s = off: what was acknowledged could be lost. Turn it on, or say with"
                            .formatted(setting)
                    + " firebreak.journal.allow-unsafe-durability=true that this is wanted.");
        }
    }

    private final DataSource dataSource;
    private final JournalSettings settings;
    private @Nullable Connection open;

    JournalConnection(DataSource dataSource, JournalSettings settings) {
        this.dataSource = dataSource;
        this.settings = settings;
    }

    /** The connection in hand, or a new one; in autocommit mode. */
    Connection get() throws SQLException {
        if (open == null) {
            open = prepared(dataSource.getConnection());
        }
        return open;
    }

    private Connection prepared(Connection connection) throws SQLException {
        try {
            long millis = settings.statementTimeout().toMillis();
            connection.setAutoCommit(true);
            connection.setNetworkTimeout(SAME_THREAD, (int) (2 * millis));
            try (var statement = connection.createStatement()) {
                statement.execute("set statement_timeout = " + millis);
                statement.execute("set idle_in_transaction_session_timeout = " + millis);
                // All is found by its key. A plan from when a table was small would read all of it, dead rows too.
                statement.execute("set enable_seqscan = off");
                // One plan a statement, made once; never compiled, which takes longer than all that it does.
                statement.execute("set plan_cache_mode = force_generic_plan");
                statement.execute("set jit = off");
                checkDurability(statement);
            }
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Asked of every server that is connected to: after a failover it is another one. */
    private void checkDurability(Statement statement) throws SQLException {
        for (String setting : DURABILITY) {
            try (var value = statement.executeQuery("show " + setting)) {
                if (value.next() && value.getString(1).equals("off")) {
                    if (!settings.allowUnsafeDurability()) {
                        throw new Unsafe(setting);
                    }
                    log.warn("PostgreSQL runs with {} = off: acknowledged events can be lost", setting);
                }
            }
        }
    }

    /** Breaks it off: whatever is at the other end is not waited for, and not used again. */
    void drop() {
        Connection lost = open;
        if (lost == null) {
            return;
        }
        try {
            lost.abort(SAME_THREAD);
        } catch (SQLException failed) {
            log.debug("The lost connection could not be aborted", failed);
        }
        close();
    }

    @Override
    public void close() {
        Connection closing = open;
        open = null;
        if (closing == null) {
            return;
        }
        try {
            closing.close();
        } catch (SQLException failed) {
            log.debug("The connection could not be closed", failed);
        }
    }
}
