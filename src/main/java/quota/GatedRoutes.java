package quota;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Puts the rate gate before every route of the API, before anything is read or decided. */
@Configuration(proxyBeanMethods = false)
class GatedRoutes implements WebMvcConfigurer {

    private static final int FIRST = -1_000;

    private final RateGate gate;

    GatedRoutes(RateGate gate) {
        this.gate = gate;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(gate).addPathPatterns("/v1/**", "/access/**").order(FIRST);
    }
}
