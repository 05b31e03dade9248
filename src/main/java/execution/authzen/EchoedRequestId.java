package execution.authzen;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Gives AuthZEN clients their {@code X-Request-ID} back, whatever the answer. It names the request for them alone. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class EchoedRequestId extends HttpFilter {

    private static final String HEADER = "X-Request-ID";
    private static final int LONGEST = 200;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        String given = request.getHeader(HEADER);
        if (given != null
                && request.getRequestURI().startsWith("/access/")
                && given.length() <= LONGEST
                && given.chars().allMatch(c -> c >= ' ' && c < 127)) {
            answer.setHeader(HEADER, given);
        }
        next.doFilter(request, answer);
    }
}
