package tenancy;

import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Tells Spring MVC how a request finds its tenant, and that operators are seen. */
@Component
class TenancyWeb implements WebMvcConfigurer {

    private final TenantContextArgument argument;
    private final OperatorReads operatorReads;

    TenancyWeb(TenantContextArgument argument, OperatorReads operatorReads) {
        this.argument = argument;
        this.operatorReads = operatorReads;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(argument);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(operatorReads).addPathPatterns("/v1/**", "/access/**", "/.well-known/**");
    }
}
