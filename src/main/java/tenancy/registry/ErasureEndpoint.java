package tenancy.registry;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Makes all that a tenant's agents sent and got unreadable, for good, and certifies it. */
@RestController
class ErasureEndpoint {

    private final StoredErasures erasures;

    ErasureEndpoint(StoredErasures erasures) {
        this.erasures = erasures;
    }

    /**
     * @param reason why, for the journal and the certificate
     * @param confirm the tenant's id again: this cannot be undone
     */
    record Erasure(String reason, String confirm) {}

    /** Erases a tenant that is killed. Answers with the certificate; the keys are destroyed by then. */
    @PostMapping("/v1/tenants/{tenant}:erase")
    @PreAuthorize("hasRole('OPERATOR')")
    ErasureCertificate.Signed erase(@PathVariable String tenant, @RequestBody Erasure request, TenantContext context) {
        TenantId erased = new TenantId(tenant);
        if (!erased.value().equals(request.confirm())) {
            throw new InvalidField(
                    "/confirm", "match", "must be the tenant's id, " + erased + ": this cannot be undone");
        }
        erasures.erase(context, Fields.text("reason", request.reason()));
        return erasures.certificate(erased);
    }

    /** The certificate again. */
    @GetMapping("/v1/tenants/{tenant}/erasure")
    @PreAuthorize("hasRole('AUDITOR')")
    ErasureCertificate.Signed certificate(@PathVariable String tenant, TenantContext context) {
        return erasures.certificate(context.tenant());
    }
}
