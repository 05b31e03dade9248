package tenancy.credentials;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import tenancy.Caller;
import tenancy.Role;

/** A {@link Caller} as Spring Security carries it; it keeps no credential. */
final class CallerAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;
    private static final Map<Role, List<GrantedAuthority>> AUTHORITIES = authorities();

    private final transient Caller caller;

    CallerAuthentication(Caller caller) {
        super(AUTHORITIES.getOrDefault(caller.role(), List.of()));
        this.caller = caller;
        setAuthenticated(true);
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public String getName() {
        return caller.principal();
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallerAuthentication same && caller.equals(same.caller);
    }

    @Override
    public int hashCode() {
        return caller.hashCode();
    }

    private static Map<Role, List<GrantedAuthority>> authorities() {
        var authorities = new EnumMap<Role, List<GrantedAuthority>>(Role.class);
        for (Role role : Role.values()) {
            authorities.put(role, List.of(new SimpleGrantedAuthority("ROLE_" + role.name())));
        }
        return authorities;
    }
}
