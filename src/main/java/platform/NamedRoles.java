package platform;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/**
 * Lets in whoever has one of the roles that a method's {@link PreAuthorize} names, where it does nothing but name roles.
 * Everything else, every no among it, is for the expression itself: to evaluate it costs more than most decisions.
 */
final class NamedRoles implements AuthorizationManager<MethodInvocation> {

    private static final Pattern ROLES = Pattern.compile("has(?:Any)?Role\\(('[A-Z_]+'(?:, ?'[A-Z_]+')*)\\)");
    private static final AuthorizationDecision GRANTED = new AuthorizationDecision(true);

    private final AuthorizationManager<MethodInvocation> expressions;
    private final RoleHierarchy hierarchy;
    private final Map<Method, Set<String>> named = new ConcurrentHashMap<>();

    NamedRoles(AuthorizationManager<MethodInvocation> expressions, RoleHierarchy hierarchy) {
        this.expressions = expressions;
        this.hierarchy = hierarchy;
    }

    @Override
    public @Nullable AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, MethodInvocation invocation) {
        Set<String> roles = named.computeIfAbsent(invocation.getMethod(), NamedRoles::in);
        return !roles.isEmpty() && hasOne(authentication.get(), roles)
                ? GRANTED
                : expressions.authorize(authentication, invocation);
    }

    private boolean hasOne(@Nullable Authentication authentication, Set<String> roles) {
        if (authentication == null || !authentication.isAuthenticated()) {
            return false;
        }
        Collection<? extends GrantedAuthority> has =
                hierarchy.getReachableGrantedAuthorities(authentication.getAuthorities());
        for (GrantedAuthority authority : has) {
            if (roles.contains(authority.getAuthority())) {
                return true;
            }
        }
        return false;
    }

    /** The authorities that stand for the roles; none if the method says anything else. */
    private static Set<String> in(Method method) {
        PreAuthorize says = method.getAnnotation(PreAuthorize.class);
        Matcher roles = ROLES.matcher(says == null ? "" : says.value());
        return roles.matches()
                ? Arrays.stream(roles.group(1).split(", ?"))
                        .map(role -> "ROLE_" + role.substring(1, role.length() - 1))
                        .collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }
}
