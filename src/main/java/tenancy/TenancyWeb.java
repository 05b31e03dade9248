package tenancy;

import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Tells Spring MVC how a request finds its tenant, and that readers are seen. */
@Component
class TenancyWeb implements WebMvcConfigurer {

    private final TenantContextArgument argument;
    private final JournaledReads journaledReads;

    TenancyWeb(TenantContextArgument argument, JournaledReads journaledReads) {
        this.argument = argument;
        this.journaledReads = journaledReads;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(argument);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(journaledReads)
                .addPathPatterns("/v1/**", "/access/**", "/.well-known/**")
                // Public keys are nobody's: whoever checks a signature has no credential here.
                .excludePathPatterns("/.well-known/jwks.json");
    }
}
