package quota;

import java.time.Duration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Puts the gates before every route of the API, before anything is read or decided. */
@Configuration(proxyBeanMethods = false)
class GatedRoutes implements WebMvcConfigurer {

    private static final int FIRST = -1_000;
    private static final int JOURNAL_READS = 4;
    private static final int ACTION_READS = 8;
    /** Each may have the database go through all that a tenant has. */
    private static final int LIST_READS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final RateGate rates;
    private final BodyGate bodies;

    GatedRoutes(RateGate rates, BodyGate bodies) {
        this.rates = rates;
        this.bodies = bodies;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(rates).addPathPatterns("/v1/**", "/access/**").order(FIRST);
        registry.addInterceptor(bodies).addPathPatterns("/v1/**", "/access/**").order(FIRST + 1);
        // Live tails and streams have bounds of their own.
        registry.addInterceptor(new ReadGate("journal_reads", JOURNAL_READS, PATIENCE))
                .addPathPatterns("/v1/journal", "/v1/journal:export", "/v1/journal:replay", "/v1/runs/*/replay")
                .order(FIRST + 2);
        registry.addInterceptor(new ReadGate("action_reads", ACTION_READS, PATIENCE))
                .addPathPatterns("/v1/actions/*", "/v1/approvals/*")
                .order(FIRST + 2);
        registry.addInterceptor(new ReadGate("list_reads", LIST_READS, PATIENCE))
                .addPathPatterns(
                        "/v1/actions",
                        "/v1/runs",
                        "/v1/approvals",
                        "/v1/rollbacks",
                        "/v1/usage",
                        "/v1/decisions",
                        "/v1/incidents/*/report")
                .order(FIRST + 2);
    }
}
