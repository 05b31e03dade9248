package platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tenancy.Capacity;

/**
 * Requests that stop, revoke, release, or ask how the platform is, have connections of their own, from the look at the
 * credential on.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class ControlRequests extends HttpFilter {

    private static final Pattern CONTROL = Pattern.compile(
            "(?:GET|HEAD) /actuator/.*|[A-Z]+ /v1/containment(?:/.*)?|POST /v1/secrets:(?:revoke|reinstate)"
                    + "|DELETE /v1/keys/.*");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        if (CONTROL.matcher(request.getMethod() + " " + request.getRequestURI()).matches()) {
            onControl(request, answer, next);
        } else {
            next.doFilter(request, answer);
        }
    }

    /** The rest of the chain, with the connections that nothing else takes. */
    static void onControl(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        try {
            Capacity.CONTROL.call(() -> {
                next.doFilter(request, answer);
                return true;
            });
        } catch (ServletException | IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception impossible) {
            throw new ServletException(impossible);
        }
    }
}
