package execution.authzen;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tenancy.TenantContext;

/** Where this decision point is asked, as AuthZEN clients discover it. */
@RestController
class ConfigurationEndpoint {

    private static final String ANYBODY = "hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')";

    /** What is not named is not served. */
    record Configuration(
            String policyDecisionPoint,
            String accessEvaluationEndpoint,
            String accessEvaluationsEndpoint,
            String searchSubjectEndpoint,
            String searchResourceEndpoint,
            String searchActionEndpoint) {}

    /** The decision point of the caller's own tenant. */
    @GetMapping("/.well-known/authzen-configuration")
    @PreAuthorize(ANYBODY)
    ResponseEntity<Configuration> configuration(TenantContext context, HttpServletRequest request) {
        return answer(base(request), "");
    }

    /** The decision point of one tenant, by name. */
    @GetMapping("/.well-known/authzen-configuration/{tenant}")
    @PreAuthorize(ANYBODY)
    ResponseEntity<Configuration> configuration(
            TenantContext context, @PathVariable String tenant, HttpServletRequest request) {
        return answer(base(request), context.tenant().value());
    }

    private static ResponseEntity<Configuration> answer(String base, String tenant) {
        String query = tenant.isEmpty() ? "" : "?tenant=" + tenant;
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new Configuration(
                        tenant.isEmpty() ? base : base + "/" + tenant,
                        base + "/access/v1/evaluation" + query,
                        base + "/access/v1/evaluations" + query,
                        base + "/access/v1/search/subject" + query,
                        base + "/access/v1/search/resource" + query,
                        base + "/access/v1/search/action" + query));
    }

    private static String base(HttpServletRequest request) {
        return ServletUriComponentsBuilder.fromContextPath(request).build().toUriString();
    }
}
