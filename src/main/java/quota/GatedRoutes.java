package quota;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Puts the gates before every route of the API, before anything is read or decided. */
@Configuration(proxyBeanMethods = false)
class GatedRoutes implements WebMvcConfigurer {

    private static final int FIRST = -1_000;

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
    }
}
