package tenancy.credentials;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.AgentId;
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.KeyId;
import tenancy.Keys;
import tenancy.Page;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** A tenant's API keys, and for operators who name no tenant, those of the fleet. */
@RestController
@RequestMapping("/v1/keys")
class KeysEndpoint {

    private final Keys keys;
    private final TenantTransactions transactions;
    private final JdbcTemplate rows;

    KeysEndpoint(Keys keys, TenantTransactions transactions, DataSource dataSource) {
        this.keys = keys;
        this.transactions = transactions;
        this.rows = new JdbcTemplate(dataSource);
    }

    record NewKey(String role, @Nullable String agentId, String label) {}

    /** @param apiKey the credential: shown in this answer and never again */
    record NewKeyView(String keyId, String role, @Nullable String agentId, String label, String apiKey) {}

    record KeyView(
            String keyId,
            String role,
            @Nullable String agentId,
            String label,
            Instant createdAt,
            @Nullable Instant revokedAt) {}

    @PostMapping
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<NewKeyView> issue(@RequestBody NewKey request, TenantContext context) {
        Role role = role(request.role());
        String label = Fields.text("label", request.label());
        AgentId agent = request.agentId() == null ? null : new AgentId(context.tenant(), request.agentId());
        Keys.Issued issued = keys.issue(context, role, agent, label);
        String key = issued.key().key();
        return ResponseEntity.created(URI.create("/v1/keys/" + key))
                .body(new NewKeyView(key, spelled(role), request.agentId(), label, issued.token()));
    }

    @GetMapping
    @PreAuthorize("hasRole('AUDITOR')")
    Page<KeyView> list(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor,
            TenantContext context) {
        String after = Cursor.key(cursor);
        int oneMore = Cursor.limit(limit) + 1;
        List<KeyView> found = transactions.in(
                context.tenant(),
                () -> rows.query(
                        "select key, role, agent, label, created_at, revoked_at from tenancy.api_key"
                                + " where tenant_id = ? and key > ? order by key limit ?",
                        (row, index) -> view(row),
                        context.tenant().value(),
                        after,
                        oneMore));
        return Page.of(found, limit, KeyView::keyId);
    }

    /** Revokes at once: a request that comes after the answer is refused. */
    @DeleteMapping("/{key}")
    @PreAuthorize("hasRole('TENANT_ADMIN')")
    ResponseEntity<Void> revoke(@PathVariable String key, TenantContext context) {
        keys.revoke(context, new KeyId(context.tenant(), key));
        return ResponseEntity.noContent().build();
    }

    private static KeyView view(ResultSet row) throws SQLException {
        @Nullable Timestamp revokedAt = row.getTimestamp("revoked_at");
        return new KeyView(
                row.getString("key"),
                row.getString("role"),
                row.getString("agent"),
                row.getString("label"),
                row.getTimestamp("created_at").toInstant(),
                revokedAt == null ? null : revokedAt.toInstant());
    }

    private static Role role(String wanted) {
        return Arrays.stream(Role.values())
                .filter(role -> spelled(role).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        "/role",
                        "enum",
                        "must be agent, tenant_admin, approver, auditor, analyst or, in the fleet, operator"));
    }

    private static String spelled(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
