package platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Gives each request a name that is in its answer, its problem document, its journal entries and its log lines. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class RequestIds extends HttpFilter {

    static final String HEADER = "Request-Id";
    /** Request attribute that other modules read the id from. */
    static final String ATTRIBUTE = "request_id";

    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}");

    private final Supplier<UUID> ids;

    RequestIds(Supplier<UUID> ids) {
        this.ids = ids;
    }

    static String of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof String id ? id : "unknown";
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        String id = idOf(request);
        request.setAttribute(ATTRIBUTE, id);
        answer.setHeader(HEADER, id);
        try (var _ = MDC.putCloseable(ATTRIBUTE, id)) {
            next.doFilter(request, answer);
        }
    }

    /** The caller's own, if it is fit for logs; what is not is replaced and not argued about. */
    private String idOf(HttpServletRequest request) {
        String given = request.getHeader(HEADER);
        return given != null && ACCEPTED.matcher(given).matches()
                ? given
                : "req_" + ids.get().toString().replace("-", "");
    }
}
