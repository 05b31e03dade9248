package tenancy;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** An operator who looks at a tenant's things is seen doing so, in that tenant's journal. */
@Component
class OperatorReads implements HandlerInterceptor {

    private final RequestContexts contexts;
    private final Attempts attempts;

    OperatorReads(RequestContexts contexts, Attempts attempts) {
        this.contexts = contexts;
        this.attempts = attempts;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        // A long answer passes here again when it is dispatched anew: it was journaled when it was asked for.
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            // Asked of every request: who names another tenant is refused even where the answer would be the same.
            TenantContext context = contexts.of(request);
            if (reads(request) && operatorAsks() && !context.tenant().equals(TenantId.FLEET)) {
                attempts.accessed(context, request.getMethod(), route(request));
            }
        }
        return true;
    }

    private static boolean reads(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static boolean operatorAsks() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null
                && authentication.getPrincipal() instanceof Caller caller
                && caller.role() == Role.OPERATOR;
    }

    private static String route(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern == null ? "unknown" : pattern.toString();
    }
}
