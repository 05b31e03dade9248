package platform;

import io.micrometer.common.KeyValue;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.MDC;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.ServerHttpObservationFilter;
import tenancy.Caller;

/** Puts the tenant of whoever authenticated on the log lines and the trace of a request. */
@Component
@Order(CallerInLogs.AFTER_SECURITY)
class CallerInLogs extends HttpFilter {

    static final int AFTER_SECURITY = 0;

    private static final String TENANT = "tenant";

    static Optional<Caller> caller() {
        return Optional.ofNullable(Caller.asking());
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse answer, FilterChain next)
            throws ServletException, IOException {
        var caller = caller();
        if (caller.isEmpty()) {
            next.doFilter(request, answer);
            return;
        }
        String tenant = caller.get().tenant().value();
        ServerHttpObservationFilter.findObservationContext(request)
                .ifPresent(span -> span.addHighCardinalityKeyValue(KeyValue.of(TENANT, tenant)));
        try (var _ = MDC.putCloseable(TENANT, tenant)) {
            next.doFilter(request, answer);
        }
    }
}
