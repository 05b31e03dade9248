package tenancy;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerMapping;

/**
 * On whose behalf a request acts: the credential's tenant, or the one an operator names, in the query or in the path.
 */
@Component
class RequestContexts {

    private static final String KEPT = RequestContexts.class.getName();
    private static final String NAMED = "tenant";
    private static final Set<String> READS = Set.of("GET", "HEAD");

    /** Set by the platform, on the request and on its log lines. */
    private static final String REQUEST_ID = "request_id";

    private final Tenants tenants;
    private final ErasedTenants erased;

    RequestContexts(Tenants tenants, ErasedTenants erased) {
        this.tenants = tenants;
        this.erased = erased;
    }

    TenantContext of(HttpServletRequest request) {
        if (request.getAttribute(KEPT) instanceof TenantContext kept) {
            return kept;
        }
        Caller caller = caller();
        TenantContext context = caller.context(tenantFor(caller, request), requestId(request));
        if (!READS.contains(request.getMethod()) && erased.contains(context.tenant())) {
            throw new Conflict("tenant_erased", "The tenant was erased: nothing of it can be changed any more.");
        }
        request.setAttribute(KEPT, context);
        return context;
    }

    Caller caller() {
        Caller asking = Caller.asking();
        if (asking == null) {
            throw new Unauthenticated();
        }
        return asking;
    }

    private TenantId tenantFor(Caller caller, HttpServletRequest request) {
        Optional<String> named = named(request);
        if (named.isEmpty() || named.get().equals(caller.tenant().value())) {
            return caller.tenant();
        }
        if (caller.role() != Role.OPERATOR) {
            throw new Forbidden("other_tenant", "This credential belongs to another tenant.");
        }
        TenantId tenant = new TenantId(named.get());
        if (!tenants.registered(tenant)) {
            throw new NotFound("tenant", tenant.value());
        }
        return tenant;
    }

    /** The tenant the request names, if any: every place that names one must name the same. */
    private static Optional<String> named(HttpServletRequest request) {
        String named = null;
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                && variables.get(NAMED) instanceof String inPath) {
            named = inPath;
        }
        String[] inQuery = request.getQueryString() == null ? null : request.getParameterValues(NAMED);
        if (inQuery != null) {
            for (String value : inQuery) {
                if (named != null && !named.equals(value)) {
                    throw new InvalidField("/tenant", "ambiguous", "must name one tenant only");
                }
                named = value;
            }
        }
        return Optional.ofNullable(named);
    }

    private static @Nullable String requestId(HttpServletRequest request) {
        return request.getAttribute(REQUEST_ID) instanceof String id ? id : MDC.get(REQUEST_ID);
    }
}
