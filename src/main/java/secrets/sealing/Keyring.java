package secrets.sealing;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tenancy.TenantId;

/**
 * Which keys wrap data keys. The database knows their names and which one is in force, so that nodes agree; the sources
 * hold the keys. Both are compared before the platform starts.
 */
@Component
class Keyring {

    private static final byte[] CHECKED = "firebreak wrapping key".getBytes(StandardCharsets.UTF_8);
    /** Nodes that start together on an empty database take turns, and so does whoever makes or drops a key. */
    private static final String TAKE_TURNS = "select pg_advisory_xact_lock(hashtext('firebreak sealing'))";

    private static final String KEYS = """
        select wrapping_key, check_value from secrets.wrapping_key where tenant_id = ? order by promoted\
        """;
    private static final String IN_FORCE = """
        select wrapping_key from secrets.wrapping_key where tenant_id = ? order by promoted desc limit 1\
        """;
    private static final String BEGIN = """
        insert into secrets.wrapping_key (tenant_id, wrapping_key, check_value, created_at) values (?, ?, ?, ?)\
        """;
    private static final String LOCK = """
        select wrapping_key from secrets.wrapping_key where tenant_id = ? and wrapping_key = ? for update\
        """;
    private static final String DROP = "delete from secrets.wrapping_key where tenant_id = ? and wrapping_key = ?";
    private static final String WRAPPED = """
        select wrapping_key, count(*) as data_keys from secrets.data_key group by wrapping_key\
        """;

    private final KeySources sources;
    private final JdbcTemplate system;
    private final TransactionTemplate transaction;

    Keyring(KeySources sources, @Qualifier("systemDataSource") DataSource system, Clock clock) {
        this.sources = sources;
        this.system = new JdbcTemplate(system);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(system));
        transaction.executeWithoutResult(begun -> {
            takeTurns();
            open(clock);
        });
    }

    private record Known(String name, byte[] checkValue) {}

    private void takeTurns() {
        system.query(TAKE_TURNS, row -> {});
    }

    /** Reads first, and makes a key only if nothing in the database needs one that exists. */
    private void open(Clock clock) {
        List<Known> known = system.query(KEYS, (row, number) -> known(row), TenantId.FLEET.value());
        Map<String, Long> wrapped = wrapped();
        if (!known.isEmpty() || !wrapped.isEmpty()) {
            known.forEach(key -> {
                boolean inForce = key.equals(known.getLast());
                if (inForce || wrapped.containsKey(key.name())) {
                    check(key, wrapped.getOrDefault(key.name(), 0L));
                }
            });
            return;
        }
        String first = sources.chosen().first();
        system.update(
                BEGIN,
                TenantId.FLEET.value(),
                first,
                checkValue(first),
                clock.instant().atOffset(ZoneOffset.UTC));
    }

    private void check(Known key, long wraps) {
        Aead found = sources.key(key.name()).orElseThrow(() -> missing(key.name(), wraps));
        try {
            byte[] opened = found.decrypt(key.checkValue(), associated(key.name()));
            if (!Arrays.equals(opened, CHECKED)) {
                throw wrong(key.name());
            }
        } catch (GeneralSecurityException another) {
            throw wrong(key.name());
        }
    }

    private static SealingUnusable missing(String name, long wraps) {
        return new SealingUnusable(
                "The database is sealed with the wrapping key %s (%d data keys), and no configured source has it."
                        .formatted(name, wraps),
                switch (Source.of(name)) {
                    case FILE ->
                        "Put the file of wrapping keys back where firebreak.sealing.file says, from a copy or from the"
                                + " node that has it. Nothing was changed.";
                    case ENVIRONMENT ->
                        "Add that key to firebreak.sealing.keys (FIREBREAK_SEALING_KEYS). Nothing was changed.";
                    case TRANSIT ->
                        "Configure firebreak.vault and firebreak.sealing.transit-key as they were. Nothing was changed.";
                });
    }

    private static SealingUnusable wrong(String name) {
        return new SealingUnusable(
                "The wrapping key %s is not the one that this database was sealed with.".formatted(name),
                "Configure the right one, or the database that belongs to this one. Nothing was changed.");
    }

    /** What is kept to tell this key from any other. */
    byte[] checkValue(String name) {
        try {
            return key(name).encrypt(CHECKED, associated(name));
        } catch (GeneralSecurityException unusable) {
            throw wrong(name);
        }
    }

    private static byte[] associated(String name) {
        return ("firebreak/check/" + name).getBytes(StandardCharsets.UTF_8);
    }

    /** The key that wraps what is new. */
    String inForce() {
        return system.queryForList(IN_FORCE, String.class, TenantId.FLEET.value())
                .getFirst();
    }

    Aead key(String name) {
        return sources.key(name).orElseThrow(() -> missing(name, wrapped().getOrDefault(name, 0L)));
    }

    /** The name of a key that is not in force yet; empty if the source makes none. */
    Optional<String> next() {
        return transaction.execute(begun -> {
            takeTurns();
            return sources.chosen().next(names().stream().collect(Collectors.toUnmodifiableSet()));
        });
    }

    /** What became of a wish to drop a key. */
    enum Dropped {
        DROPPED,
        UNKNOWN,
        IN_FORCE,
        WRAPS,
        KEPT_ELSEWHERE
    }

    /** Forgets the key and destroys it, if nothing is wrapped with it and nothing will be. */
    Dropped drop(String name) {
        if (!names().contains(name) && !sources.names().contains(name)) {
            return Dropped.UNKNOWN;
        }
        return transaction.execute(begun -> {
            takeTurns();
            // Whoever is about to wrap with it holds the row: it is counted after that.
            system.query(LOCK, row -> {}, TenantId.FLEET.value(), name);
            if (inForce().equals(name)) {
                return Dropped.IN_FORCE;
            }
            if (wrapped().containsKey(name)) {
                return Dropped.WRAPS;
            }
            int unused = system.update(DROP, TenantId.FLEET.value(), name);
            if (!sources.destroy(name)) {
                begun.setRollbackOnly();
                return Dropped.KEPT_ELSEWHERE;
            }
            return Dropped.DROPPED;
        });
    }

    /** All keys the database knows, the one in force last. */
    List<String> names() {
        return system.query(KEYS, (row, number) -> row.getString("wrapping_key"), TenantId.FLEET.value());
    }

    /** The keys that can be had now. */
    List<String> had() {
        return sources.names();
    }

    String source() {
        return sources.chosen().source().word();
    }

    /** How many data keys each key wraps, of those that wrap any. */
    Map<String, Long> wrapped() {
        Map<String, Long> counts = new TreeMap<>();
        system.query(WRAPPED, row -> {
            counts.put(row.getString("wrapping_key"), row.getLong("data_keys"));
        });
        return counts;
    }

    private static Known known(ResultSet row) throws SQLException {
        return new Known(row.getString("wrapping_key"), row.getBytes("check_value"));
    }
}
