package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.TenantContext;

/** Gives an agent the token that its action made, over HTTP, once. */
@RestController
@RequestMapping("/v1/leases")
class CollectEndpoint {

    private final Collecting collecting;

    CollectEndpoint(Collecting collecting) {
        this.collecting = collecting;
    }

    /**
     * The token, as OAuth 2.0 answers with one (RFC 6749, section 5.1), and what it is for.
     *
     * @param tokenType always {@code Bearer}
     * @param expiresIn whole seconds
     */
    record Collected(
            @JsonProperty("lease_id") String lease,
            @JsonProperty("action_id") String action,
            String accessToken,
            String tokenType,
            long expiresIn,
            Instant expiresAt,
            String scope,
            String audience) {

        /** Nothing of the token: this may end in a log. */
        @Override
        public String toString() {
            return "Collected[" + lease + "]";
        }
    }

    /**
     * Only with a credential of the agent whose action it was, or with the very key that sent the action. Once: who loses
     * the answer asks for another.
     */
    @PostMapping("/{lease}:collect")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Collected> collect(TenantContext context, Caller caller, @PathVariable String lease) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(collecting.collect(context, caller, lease));
    }
}
