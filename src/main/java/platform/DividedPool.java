package platform;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
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

    /** @param parts whose capacity has no part of its own takes what is shared */
    DividedPool(Map<Capacity, HikariDataSource> parts) {
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
        return part(Capacity.current()).getConnection();
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
