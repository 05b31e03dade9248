package platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tenancy.Caller;
import tenancy.Role;

/**
 * What an operator looks at to know what to stop has the connections of what stops it. Only short answers: reports,
 * exports and states of the past could hold all of these.
 */
@Component
@Order(OperatorReads.ONCE_THE_CALLER_IS_KNOWN)
class OperatorReads extends HttpFilter {

    static final int ONCE_THE_CALLER_IS_KNOWN = 0;

    private static final Pattern SHORT = Pattern.compile(
            "/v1/(?:tenants|workspaces|agents|keys|actions|approvals|runs|incidents|quotas|secrets|exposure)"
                    + "(?:/[^/]+)?|/v1/connectors(?:/[^/]+(?:/health)?)?");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        if (request.getMethod().equals("GET")
                && SHORT.matcher(request.getRequestURI()).matches()
                && request.getParameter("as_of") == null
                && request.getParameter("wait") == null
                && isOperator()) {
            ControlRequests.onControl(request, answer, next);
        } else {
            next.doFilter(request, answer);
        }
    }

    private static boolean isOperator() {
        Caller caller = Caller.asking();
        return caller != null && caller.role() == Role.OPERATOR;
    }
}
