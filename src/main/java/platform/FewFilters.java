package platform;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.RequestContextFilter;

/** Filters that are there by default, that each request would pass, and that nothing here needs. */
@Configuration(proxyBeanMethods = false)
class FewFilters {

    /** The dispatcher binds each request to its thread itself, and no filter asks for it before. */
    @Bean
    FilterRegistrationBean<RequestContextFilter> requestContextFilter() {
        var unused = new FilterRegistrationBean<>(new RequestContextFilter());
        unused.setEnabled(false);
        return unused;
    }
}
