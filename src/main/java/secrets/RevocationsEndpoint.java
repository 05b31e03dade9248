package secrets;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import secrets.ExposureRows.By;
import secrets.ExposureRows.LeaseView;
import secrets.Revocations.Revoked;
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.TenantContext;

/** What an operator needs at 3 am: end credentials at once, and see what they were used for. */
@RestController
@RequestMapping("/v1")
class RevocationsEndpoint {

    private final Revocations revocations;
    private final ExposureRows rows;

    RevocationsEndpoint(Revocations revocations, ExposureRows rows) {
        this.revocations = revocations;
        this.rows = rows;
    }

    /**
     * @param scope {@code secret}, {@code connector}, {@code agent} or {@code tenant}
     * @param key of the secret, connector or agent; left out for the whole tenant
     * @param reason for the journal
     */
    record Revocation(Scope scope, @Nullable String key, String reason) {}

    /** Ends every lease of the scope at once, and answers with what became of those in use. */
    @PostMapping("/secrets:revoke")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    Revoked revoke(TenantContext context, @RequestBody Revocation wanted) {
        return revocations.revoke(context, scope(wanted), key(context, wanted), Fields.text("reason", wanted.reason()));
    }

    /** Leases are issued again for a connector, an agent or the tenant. A revoked secret needs a new version instead. */
    @PostMapping("/secrets:reinstate")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Void> reinstate(TenantContext context, @RequestBody Revocation wanted) {
        revocations.reinstate(context, scope(wanted), key(context, wanted), Fields.text("reason", wanted.reason()));
        return ResponseEntity.noContent().build();
    }

    /** What a secret was used for. */
    @GetMapping("/secrets/{secret}/exposure")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<LeaseView> ofSecret(
            TenantContext context,
            @PathVariable String secret,
            @RequestParam(required = false) @Nullable Instant since,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return page(context, By.SECRET, secret, since, limit, cursor);
    }

    /** What the secrets of a connector, or of an agent, were used for. */
    @GetMapping("/exposure")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','OPERATOR')")
    Page<LeaseView> of(
            TenantContext context,
            @RequestParam(required = false) @Nullable String connector,
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable Instant since,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        if (connector != null && agent == null) {
            return page(context, By.CONNECTOR, connector, since, limit, cursor);
        }
        if (agent != null && connector == null) {
            return page(context, By.AGENT, agent, since, limit, cursor);
        }
        throw new InvalidField("/connector", "one_of", "must be given, or agent instead, and not both");
    }

    private Page<LeaseView> page(
            TenantContext context, By by, String key, @Nullable Instant since, int limit, @Nullable String cursor) {
        int most = Cursor.limit(limit);
        return Page.of(
                rows.since(
                        context.tenant(), by, key, since == null ? Instant.EPOCH : since, Cursor.key(cursor), most + 1),
                most,
                LeaseView::lease);
    }

    private static Scope scope(Revocation wanted) {
        return switch (wanted.scope()) {
            case SECRET, CONNECTOR, AGENT, TENANT -> wanted.scope();
            case GRANT, AGENT_CLASS ->
                throw new InvalidField("/scope", "unknown_value", "must be secret, connector, agent or tenant");
        };
    }

    private static String key(TenantContext context, Revocation wanted) {
        String tenant = context.tenant().value();
        String key = wanted.key();
        if (wanted.scope() == Scope.TENANT) {
            if (key != null && !key.equals(tenant)) {
                throw new InvalidField("/key", "unknown_value", "must be the tenant's own, or left out");
            }
            return tenant;
        }
        if (key == null) {
            throw new InvalidField("/key", "required", "must be there and not null");
        }
        return Identifiers.check("key", key);
    }
}
