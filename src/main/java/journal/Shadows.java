package journal;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Copies of tables beside the tables, and the lock of whoever makes them: one on all nodes, gone with its connection, so
 * that a process that dies leaves nothing but copies that the next one drops.
 */
final class Shadows implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Shadows.class);
    private static final String TAKE = "select pg_try_advisory_lock(hashtext('firebreak rebuild'))";
    private static final String GIVE = "select pg_advisory_unlock(hashtext('firebreak rebuild'))";
    /** Whoever else wants the tables waits behind whoever waits for them: not longer than this. */
    private static final String SHORT_WAIT = "set local lock_timeout = '100ms'";

    private static final String LONG_STATEMENTS = "set local statement_timeout = 0";
    /** No lock in time, a deadlock, a statement that took too long. */
    private static final Set<String> BUSY = Set.of("55P03", "40P01", "57014");

    /** Of some blocks of a table: sums can be added up. */
    private static final String DIGEST = """
        select count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0),
            coalesce(sum(('x' || right(md5(t::text), 15))::bit(60)::bigint), 0)
        from %s t where ctid >= ?::tid and ctid < ?::tid\
        """;

    private static final String BLOCKS = "select pg_relation_size(?::regclass) / current_setting('block_size')::bigint";

    /** What a table holds, whatever the order of its rows. */
    record Digest(long rows, String digest) {}

    /** What must be true of one moment, seen in one transaction. */
    interface Seen<T> {
        T in(JdbcTemplate moment);
    }

    private final Connection connection;
    private final JdbcTemplate jdbc;

    private Shadows(Connection connection) {
        this.connection = connection;
        this.jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    /** Takes the lock and drops what an earlier rebuild left; null if somebody else is at it. */
    static @Nullable Shadows take(DataSource everyTenant) {
        try {
            Connection connection = everyTenant.getConnection();
            var shadows = new Shadows(connection);
            try {
                if (Boolean.TRUE.equals(shadows.jdbc.queryForObject(TAKE, Boolean.class))) {
                    shadows.drop();
                    return shadows;
                }
            } catch (RuntimeException failed) {
                connection.close();
                throw failed;
            }
            connection.close();
            return null;
        } catch (SQLException failed) {
            throw new EventStoreException("No connection for a rebuild", failed);
        }
    }

    void open(Collection<String> tables) {
        call("open_shadows", tables);
    }

    void analyze(Collection<String> tables) {
        in(Connection.TRANSACTION_READ_COMMITTED, same -> {
            same.execute(LONG_STATEMENTS);
            call("analyze_shadows", tables);
            return true;
        });
    }

    private void drop() {
        jdbc.execute("call journal.drop_shadows()");
    }

    private void call(String procedure, Collection<String> tables) {
        jdbc.update(
                "call journal.%s(?::text[]::regclass[])".formatted(procedure), (Object) tables.toArray(String[]::new));
    }

    /** One moment of the database, seen whole. */
    <T> T seen(Seen<T> question) {
        return in(Connection.TRANSACTION_REPEATABLE_READ, same -> {
            same.execute(LONG_STATEMENTS);
            return question.in(same);
        });
    }

    /** The digest of each of these tables, looked through in steps. */
    static Map<String, Digest> digests(JdbcTemplate moment, Collection<String> tables, Pace pace) {
        Map<String, Digest> digests = new TreeMap<>();
        tables.forEach(table -> digests.put(table, digest(moment, table, pace)));
        return digests;
    }

    private static Digest digest(JdbcTemplate moment, String table, Pace pace) {
        // What is added after the moment cannot be seen in it.
        long blocks = Objects.requireNonNull(moment.queryForObject(BLOCKS, Long.class, table));
        // A table's name comes from a module's own declaration: no caller's word becomes SQL.
        String sql = DIGEST.formatted(table);
        var sum = new Sum(0, BigInteger.ZERO, BigInteger.ZERO);
        for (long from = 0; from < blocks; ) {
            long began = pace.begins();
            long until = Math.min(blocks, from + pace.blocks());
            sum = sum.plus(Objects.requireNonNull(moment.queryForObject(
                    sql,
                    (row, number) -> new Sum(
                            row.getLong(1),
                            row.getBigDecimal(2).toBigInteger(),
                            row.getBigDecimal(3).toBigInteger()),
                    tid(from),
                    tid(until))));
            from = until;
            pace.rest(began);
        }
        return new Digest(
                sum.rows(), sum.left().toString(36) + "." + sum.right().toString(36));
    }

    private record Sum(long rows, BigInteger left, BigInteger right) {

        Sum plus(Sum other) {
            return new Sum(rows + other.rows, left.add(other.left), right.add(other.right));
        }
    }

    /** The place of the first row of a block. */
    private static String tid(long block) {
        return "(%d,0)".formatted(block);
    }

    /** Not now: others use the tables, or the copies are not complete. */
    private static final class NotNow extends RuntimeException {
        NotNow() {
            super("The copies are not complete.");
        }
    }

    /**
     * Stops the tables for all, lets the copies catch up, and puts them in their places: all of it or nothing.
     *
     * @param complete brings the copies to the end, if that can be done while the tables stand still
     * @return false if others used the tables for longer than may be waited for, or the copies are not complete
     */
    boolean swap(Collection<String> tables, BooleanSupplier complete) {
        try {
            return in(Connection.TRANSACTION_READ_COMMITTED, same -> {
                same.execute(SHORT_WAIT);
                call("stop_tables", tables);
                if (!complete.getAsBoolean()) {
                    throw new NotNow();
                }
                call("swap_shadows", tables);
                return true;
            });
        } catch (NotNow notComplete) {
            return false;
        } catch (DataAccessException failed) {
            if (failed.getRootCause() instanceof SQLException inDatabase && BUSY.contains(inDatabase.getSQLState())) {
                log.debug("The tables {} cannot be replaced now", tables, failed);
                return false;
            }
            throw failed;
        }
    }

    private <T> T in(int isolation, Seen<T> work) {
        try {
            connection.setTransactionIsolation(isolation);
            connection.setAutoCommit(false);
            try {
                T result = work.in(jdbc);
                connection.commit();
                return result;
            } catch (RuntimeException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        } catch (SQLException failed) {
            throw new EventStoreException("A rebuild lost its connection", failed);
        }
    }

    @Override
    public void close() {
        try (connection) {
            drop();
            jdbc.queryForObject(GIVE, Boolean.class);
        } catch (SQLException | RuntimeException failed) {
            log.warn("What a rebuild left is dropped by the next", failed);
        }
    }
}
