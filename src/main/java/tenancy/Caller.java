package tenancy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who authenticated, and as what. Made from the credential alone, never from a body or a header.
 *
 * @param tenant the tenant the credential is bound to; {@link TenantId#FLEET} for an operator
 * @param agent the agent the credential is bound to; only with {@link Role#AGENT}
 * @param principal a name for the journal, such as {@code key:k_01…} or {@code oidc:<subject>}; never a secret
 */
public record Caller(TenantId tenant, @Nullable AgentId agent, Role role, String principal) {

    /** Who asks in the request that this thread serves; null if nobody has authenticated. */
    public static @Nullable Caller asking() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Caller caller ? caller : null;
    }

    public Optional<AgentId> boundAgent() {
        return Optional.ofNullable(agent);
    }

    /** The context of this caller in its own tenant: its attempts are journaled there, whatever they were aimed at. */
    public TenantContext context(@Nullable String requestId) {
        return context(tenant, requestId);
    }

    /** The context of this caller in a tenant that it may act in; whether it may is {@link RequestContexts}' question. */
    TenantContext context(TenantId inTenant, @Nullable String requestId) {
        return new TenantContext(inTenant, null, agent, null, null, null, principal, requestId);
    }
}
