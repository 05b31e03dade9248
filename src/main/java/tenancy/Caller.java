package tenancy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who authenticated, and as what. Made from the credential alone, never from a body or a header.
 *
 * @param tenant the tenant the credential is bound to; {@link TenantId#FLEET} for an operator
 * @param agent the agent the credential is bound to; only with {@link Role#AGENT}
 * @param principal a name for the journal, such as {@code key:k_01…} or {@code oidc:<subject>}; never a secret
 */
public record Caller(TenantId tenant, @Nullable AgentId agent, Role role, String principal) {

    public Optional<AgentId> boundAgent() {
        return Optional.ofNullable(agent);
    }
}
