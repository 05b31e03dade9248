package platform;

import jakarta.servlet.DispatcherType;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInvocation;
import org.springframework.aop.Advisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authorization.DefaultAuthorizationManagerFactory;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.PreAuthorizeAuthorizationManager;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/** Nobody comes in without a credential, and nothing is open that is not named here. */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity(prePostEnabled = false)
class WebSecurity {

    /** Each also may what follows; an agent stands apart, because sending envelopes is no part of running a tenant. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static RoleHierarchy roleHierarchy() {
        RoleHierarchy hierarchy = RoleHierarchyImpl.withDefaultRolePrefix()
                .role("OPERATOR")
                .implies("TENANT_ADMIN")
                .role("TENANT_ADMIN")
                .implies("AUDITOR")
                .role("AUDITOR")
                .implies("ANALYST")
                .build();
        // Asked for at every request, of one of as many sets as there are roles.
        var reachable = new ConcurrentHashMap<Set<GrantedAuthority>, Collection<? extends GrantedAuthority>>();
        return authorities ->
                reachable.computeIfAbsent(Set.copyOf(authorities), hierarchy::getReachableGrantedAuthorities);
    }

    /** What endpoints say of roles is asked at every request: those who have one are let in without an expression. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Advisor namedRoles(RoleHierarchy hierarchy) {
        var roles = new DefaultAuthorizationManagerFactory<MethodInvocation>();
        roles.setRoleHierarchy(hierarchy);
        var handler = new DefaultMethodSecurityExpressionHandler();
        handler.setAuthorizationManagerFactory(roles);
        var expressions = new PreAuthorizeAuthorizationManager();
        expressions.setExpressionHandler(handler);
        return AuthorizationManagerBeforeMethodInterceptor.preAuthorize(new NamedRoles(expressions, hierarchy));
    }

    /** A request is observed as a whole; a span and a timer for each of its filters cost more than they tell. */
    @Bean
    static SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    /** Without sessions and cookies there is nothing that a foreign page could ride on: no CSRF token. */
    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http, AuthenticationManager credentials, SecurityProblems problems) throws Exception {
        var contexts = new RequestAttributeSecurityContextRepository();
        return http.authenticationManager(credentials)
                .addFilter(bearer(credentials, problems, contexts))
                .authorizeHttpRequests(requests -> requests
                        // What is dispatched anew was let in, or refused, when it came.
                        .dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(
                                "/",
                                "/actuator/health/**",
                                "/openapi.json/**",
                                "/docs",
                                "/swagger-ui/**",
                                "/problems/**",
                                "/.well-known/jwks.json")
                        .permitAll()
                        .requestMatchers("/actuator/**")
                        .hasRole("OPERATOR")
                        .requestMatchers("/v1/**", "/access/**", "/.well-known/authzen-configuration/**")
                        .authenticated()
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(exceptions ->
                        exceptions.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .securityContext(security -> security.securityContextRepository(contexts))
                .sessionManagement(AbstractHttpConfigurer::disable)
                .headers(WebSecurity::headers)
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .servletApi(AbstractHttpConfigurer::disable)
                .build();
    }

    /** Without those that only HTTP/1.0 and browsers of long ago have read. */
    private static void headers(HeadersConfigurer<HttpSecurity> headers) {
        headers.xssProtection(HeadersConfigurer.XXssConfig::disable)
                .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                .addHeaderWriter(new StaticHeadersWriter(HttpHeaders.CACHE_CONTROL, "no-store"));
    }

    private static BearerTokenAuthenticationFilter bearer(
            AuthenticationManager credentials,
            SecurityProblems problems,
            RequestAttributeSecurityContextRepository contexts) {
        var failures = new AuthenticationEntryPointFailureHandler(problems);
        failures.setRethrowAuthenticationServiceException(false);
        var filter = new BearerTokenAuthenticationFilter(credentials);
        filter.setBearerTokenResolver(new BearerHeader());
        filter.setAuthenticationFailureHandler(failures);
        filter.setSecurityContextRepository(contexts);
        return filter;
    }
}
