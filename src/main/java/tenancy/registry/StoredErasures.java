package tenancy.registry;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContentSeal;
import tenancy.ErasedTenants;
import tenancy.NotFound;
import tenancy.Signatures;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.registry.TenantCommand.EraseTenant;
import tools.jackson.databind.json.JsonMapper;

/** Erases tenants and certifies it. */
@Component
class StoredErasures implements ErasedTenants {

    private static final Duration KNOWN_FOR = Duration.ofSeconds(10);
    private static final String ALL = "all";
    private static final String ONE = """
        select tenant_id, event, erased_at, erased_by, reason, content_keys, first_day, last_day
        from tenancy.erasure where tenant_id = ?\
        """;

    private final TenantCommands commands;
    private final ContentSeal seal;
    private final Signatures signatures;
    private final JdbcTemplate everyTenant;
    private final JsonMapper json;
    /** They are few. What is known serves while it is looked up again. */
    private final LoadingCache<String, Set<String>> known;

    StoredErasures(
            TenantCommands commands,
            ContentSeal seal,
            Signatures signatures,
            @Qualifier("systemDataSource") DataSource everyTenant,
            JsonMapper json) {
        this.commands = commands;
        this.seal = seal;
        this.signatures = signatures;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.json = json;
        this.known = Caffeine.newBuilder().refreshAfterWrite(KNOWN_FOR).build(all -> erased());
    }

    private Set<String> erased() {
        return Set.copyOf(everyTenant.queryForList("select tenant_id from tenancy.erasure", String.class));
    }

    @Override
    public boolean contains(TenantId tenant) {
        return known.get(ALL).contains(tenant.value());
    }

    /** Destroys for good; everything is gone when this returns. */
    void erase(TenantContext operator, String reason) {
        TenantId tenant = operator.tenant();
        ContentSeal.Left left = seal.left(tenant);
        commands.ask(operator, new EraseTenant(tenant, reason, left.keys(), left.first(), left.last()));
        seal.forget(tenant);
        known.put(ALL, erased());
    }

    /** @throws NotFound if the tenant was not erased */
    ErasureCertificate.Signed certificate(TenantId tenant) {
        Optional<ErasureCertificate> found =
                everyTenant.query(ONE, (row, number) -> certificate(row), tenant.value()).stream()
                        .findFirst();
        ErasureCertificate certificate = found.orElseThrow(() -> new NotFound("erasure", tenant.value()));
        byte[] payload = json.writeValueAsString(certificate).getBytes(StandardCharsets.UTF_8);
        return new ErasureCertificate.Signed(certificate, signatures.sign(payload));
    }

    private static ErasureCertificate certificate(ResultSet row) throws SQLException {
        return new ErasureCertificate(
                row.getString("tenant_id"),
                row.getString("event"),
                row.getObject("erased_at", OffsetDateTime.class).toInstant(),
                row.getString("erased_by"),
                row.getString("reason"),
                row.getLong("content_keys"),
                row.getString("first_day"),
                row.getString("last_day"));
    }
}
