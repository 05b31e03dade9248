package tenancy.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.Capacity;
import tenancy.KeyId;
import tenancy.Recurring;
import tenancy.Role;
import tenancy.TenantId;

/**
 * Who a key belongs to. Looked up on the platform's own role: before it is known, there is no tenant to look in.
 *
 * <p>Keys in force are remembered, and forgotten when they are revoked: on this node with the commit, on others by
 * looking for new revocations several times a second. While that cannot be done, nothing is remembered.
 */
@Component
class KeyCallers implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(KeyCallers.class);
    private static final String PRINCIPAL = "key:";
    private static final int MOST_REMEMBERED = 50_000;

    private static final Duration LOOKS_EVERY = Duration.ofMillis(250);

    /** How long another node may still accept a key that was revoked on this one. */
    private static final Duration TRUSTED_FOR = Duration.ofSeconds(1);

    private static final Duration REMEMBERED_FOR = Duration.ofHours(1);

    /** Looked back for so long: by how much the clocks of nodes may differ, and a commit may lag behind its time. */
    private static final String REVOKED_LATELY =
            "select key from tenancy.api_key where revoked_at > now() - interval '5 minutes'";

    private final JdbcTemplate everyTenant;
    private final Cache<String, Optional<InForce>> remembered = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .expireAfter(Expiry.<String, Optional<InForce>>creating(
                    (key, found) -> found.isPresent() ? REMEMBERED_FOR : TRUSTED_FOR))
            .build();
    private volatile long looked = System.nanoTime() - TRUSTED_FOR.toNanos();
    private final Recurring looking =
            new Recurring("revoked-keys", LOOKS_EVERY, () -> Capacity.CONTROL.run(this::forgetRevoked));

    KeyCallers(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    /** The caller that this credential proves; empty if it is unknown, wrong or revoked. */
    Optional<Caller> find(String credential) {
        return KeyToken.parse(credential)
                .flatMap(token -> inForce(token.key())
                        .filter(inForce -> token.hashesTo(inForce.hash()))
                        .map(InForce::caller));
    }

    /** Whether the key behind the caller is in force still; true for whom no key has proved. */
    boolean inForce(Caller caller) {
        String principal = caller.principal();
        return !principal.startsWith(PRINCIPAL)
                || inForce(principal.substring(PRINCIPAL.length()))
                        .filter(inForce -> inForce.caller().equals(caller))
                        .isPresent();
    }

    /** Looks the key up again at its next use. */
    void forget(KeyId key) {
        remembered.invalidate(key.key());
    }

    private Optional<InForce> inForce(String key) {
        boolean trusted = System.nanoTime() - looked < TRUSTED_FOR.toNanos();
        return trusted ? remembered.get(key, this::lookUp) : lookUp(key);
    }

    private void forgetRevoked() {
        long now = System.nanoTime();
        if (now - looked > TRUSTED_FOR.toNanos()) {
            // What was revoked meanwhile may be longer ago than is looked back.
            remembered.invalidateAll();
        }
        try {
            everyTenant.queryForList(REVOKED_LATELY, String.class).forEach(remembered::invalidate);
            looked = now;
        } catch (DataAccessException unreachable) {
            log.warn("Revoked keys cannot be looked for, so each key is looked up: {}", unreachable.getMessage());
        }
    }

    @Override
    public void start() {
        looking.startNow();
    }

    @Override
    public void stop() {
        looking.stop();
    }

    @Override
    public boolean isRunning() {
        return looking.isRunning();
    }

    private Optional<InForce> lookUp(String key) {
        List<InForce> found = everyTenant.query(
                "select tenant_id, hash, role, agent from tenancy.api_key where key = ? and revoked_at is null",
                (row, index) -> inForce(key, row),
                key);
        return found.stream().findFirst();
    }

    private static InForce inForce(String key, ResultSet row) throws SQLException {
        TenantId tenant = new TenantId(row.getString("tenant_id"));
        @Nullable String agent = row.getString("agent");
        return new InForce(
                row.getString("hash"),
                new Caller(
                        tenant,
                        agent == null ? null : new AgentId(tenant, agent),
                        Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                        PRINCIPAL + key));
    }

    private record InForce(String hash, Caller caller) {}
}
