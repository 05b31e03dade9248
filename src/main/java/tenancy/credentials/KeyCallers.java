package tenancy.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.KeyId;
import tenancy.Role;
import tenancy.TenantId;

/** Who a key belongs to. Looked up on the platform's own role: before it is known, there is no tenant to look in. */
@Component
class KeyCallers {

    private static final String PRINCIPAL = "key:";
    private static final int MOST_REMEMBERED = 50_000;

    /** How long another node may still accept a key that was revoked on this one. */
    private static final Duration REMEMBERED_FOR = Duration.ofSeconds(1);

    private final JdbcTemplate everyTenant;
    private final Cache<String, Optional<InForce>> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .build();

    KeyCallers(@Qualifier("systemDataSource") DataSource everyTenant) {
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    /** The caller that this credential proves; empty if it is unknown, wrong or revoked. */
    Optional<Caller> find(String credential) {
        return KeyToken.parse(credential)
                .flatMap(token -> remembered
                        .get(token.key(), this::lookUp)
                        .filter(inForce -> token.hashesTo(inForce.hash()))
                        .map(InForce::caller));
    }

    /** Whether the key behind the caller is in force still; true for whom no key has proved. */
    boolean inForce(Caller caller) {
        String principal = caller.principal();
        return !principal.startsWith(PRINCIPAL)
                || remembered
                        .get(principal.substring(PRINCIPAL.length()), this::lookUp)
                        .filter(inForce -> inForce.caller().equals(caller))
                        .isPresent();
    }

    /** Looks the key up again at its next use. */
    void forget(KeyId key) {
        remembered.invalidate(key.key());
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
