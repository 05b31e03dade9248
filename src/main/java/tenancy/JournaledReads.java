package tenancy;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Who looks at a tenant's things is seen doing so, in that tenant's journal: every operator, and those of the tenant's own
 * roles that its policy names.
 */
@Component
class JournaledReads implements HandlerInterceptor {

    private final RequestContexts contexts;
    private final Attempts attempts;
    private final ReadAudit audit;

    JournaledReads(RequestContexts contexts, Attempts attempts, ReadAudit audit) {
        this.contexts = contexts;
        this.attempts = attempts;
        this.audit = audit;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        // A long answer passes here again when it is dispatched anew: it was journaled when it was asked for.
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            // Asked of every request: who names another tenant is refused even where the answer would be the same.
            TenantContext context = contexts.of(request);
            if (reads(request) && !context.tenant().equals(TenantId.FLEET)) {
                Role role = contexts.caller().role();
                if (role == Role.OPERATOR || audit.journals(context.tenant(), role)) {
                    attempts.accessed(context, role, request.getMethod(), route(request));
                }
            }
        }
        return true;
    }

    private static boolean reads(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static String route(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern == null ? "unknown" : pattern.toString();
    }
}
