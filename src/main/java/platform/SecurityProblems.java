package platform;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.ExpressionAuthorizationDecision;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import tenancy.Forbidden;
import tenancy.Refusal;
import tenancy.Unauthenticated;
import tenancy.Unavailable;

/** What Spring Security refuses, in front of an endpoint or at it, as a problem document like every other refusal. */
@Component
class SecurityProblems implements AuthenticationEntryPoint, AccessDeniedHandler, HandlerExceptionResolver, Ordered {

    private static final Pattern ROLE = Pattern.compile("'(?:ROLE_)?([A-Z_]+)'|ROLE_([A-Z_]+)");

    private final HandlerExceptionResolver problems;

    SecurityProblems(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        answer(request, response, null, failure);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        answer(request, response, null, denied);
    }

    /** Before the general handlers of errors, to whom a denial would be an error like any. */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        Refusal refusal = refusal(request, failure);
        if (refusal == null) {
            return null;
        }
        return problems.resolveException(request, response, handler, refusal);
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    private void answer(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure)
            throws IOException {
        if (resolveException(request, response, handler, failure) == null && !response.isCommitted()) {
            Refusal refusal = refusal(request, failure);
            response.sendError(refusal == null ? 500 : refusal.kind().status());
        }
    }

    private static @Nullable Refusal refusal(HttpServletRequest request, Exception failure) {
        return switch (failure) {
            case AuthenticationServiceException undecided ->
                new Unavailable("credential_check_unavailable", "The credential cannot be checked now; try again.");
            case AuthenticationException unknown ->
                new Unauthenticated(request.getHeader(HttpHeaders.AUTHORIZATION) != null);
            case AccessDeniedException denied -> new Forbidden("role_required", words(denied));
            default -> null;
        };
    }

    private static String words(AccessDeniedException denied) {
        String roles = denied instanceof AuthorizationDeniedException decided
                ? roles(
                        switch (decided.getAuthorizationResult()) {
                            case ExpressionAuthorizationDecision expression ->
                                expression.getExpression().getExpressionString();
                            case AuthorityAuthorizationDecision authority ->
                                authority.getAuthorities().toString();
                            default -> "";
                        })
                : "";
        return roles.isEmpty()
                ? "This path is not open to this credential."
                : "This needs a credential with the role %s.".formatted(roles);
    }

    private static String roles(String expression) {
        return ROLE.matcher(expression)
                .results()
                .map(SecurityProblems::role)
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    private static String role(MatchResult found) {
        return (found.group(1) == null ? found.group(2) : found.group(1)).toLowerCase(Locale.ROOT);
    }
}
