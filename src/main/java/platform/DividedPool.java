package platform;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.jdbc.datasource.AbstractDataSource;
import tenancy.Capacity;

/**
 * One role's connections, in parts that do not lend to each other: however many are held of one, there are those of the
 * others.
 */
final class DividedPool extends AbstractDataSource implements AutoCloseable {

    private final Map<Capacity, HikariDataSource> parts;
    private final Duration longestWait;

    /**
     * @param parts whose capacity has no part of its own takes what is shared
     * @param longestWait in lanes, whose own part is given up after much shorter turns
     */
    DividedPool(Map<Capacity, HikariDataSource> parts, Duration longestWait) {
        this.longestWait = longestWait;
        this.parts = new EnumMap<>(parts);
        HikariDataSource shared = parts.get(Capacity.SHARED);
        if (shared == null) {
            throw new IllegalArgumentException("Some connections have to be shared");
        }
        for (Capacity capacity : Capacity.values()) {
            this.parts.putIfAbsent(capacity, shared);
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        Capacity capacity = Capacity.current();
        return capacity == Capacity.LANES
                ? unlessItGivesWay(part(capacity))
                : part(capacity).getConnection();
    }

    /** Waits in short turns: whoever is in a lane steps aside for what stops things. */
    private Connection unlessItGivesWay(HikariDataSource part) throws SQLException {
        long end = System.nanoTime() + longestWait.toNanos();
        while (true) {
            try {
                return part.getConnection();
            } catch (SQLTransientConnectionException none) {
                if (Capacity.givesWay() || System.nanoTime() - end >= 0) {
                    throw none;
                }
            }
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLException("A pool's connections are all of its own role");
    }

    private HikariDataSource part(Capacity capacity) {
        HikariDataSource part = parts.get(capacity);
        if (part == null) {
            throw new IllegalStateException("No connections for " + capacity);
        }
        return part;
    }

    @Override
    public void close() {
        parts.values().forEach(HikariDataSource::close);
    }
}
