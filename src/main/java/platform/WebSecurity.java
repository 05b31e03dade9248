package platform;

import jakarta.servlet.DispatcherType;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/** Nobody comes in without a credential, and nothing is open that is not named here. */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class WebSecurity {

    /** Each also may what follows; an agent stands apart, because sending envelopes is no part of running a tenant. */
    @Bean
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
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .build();
    }

    private static BearerTokenAuthenticationFilter bearer(
            AuthenticationManager credentials,
            SecurityProblems problems,
            RequestAttributeSecurityContextRepository contexts) {
        var failures = new AuthenticationEntryPointFailureHandler(problems);
        failures.setRethrowAuthenticationServiceException(false);
        var filter = new BearerTokenAuthenticationFilter(credentials);
        filter.setAuthenticationFailureHandler(failures);
        filter.setSecurityContextRepository(contexts);
        return filter;
    }
}
