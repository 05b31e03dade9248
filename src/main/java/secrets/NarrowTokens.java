package secrets;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;

/** Makes tokens that may be handed out, each for one action and for nobody else. */
public interface NarrowTokens {

    /**
     * Signs one, or asks a token endpoint for it, and checks what comes: no wider and no longer than was asked for. For
     * virtual threads, outside of lanes.
     *
     * @throws LeaseRefused {@code secret_unavailable} if there is none, {@code token_too_wide} if it is more than was
     *     asked for, {@code credential_unusable} if none is made of such a secret in this way
     */
    NarrowToken make(Order order);

    /**
     * @param value what is sealed
     * @param subject what is exchanged; absent where nothing is, or the platform's own word for the agent is
     * @param mayBePrivate whether an operator allowed the secret's own token endpoint to have a private address
     * @param never texts that must not be handed out, whoever answers with them
     * @param notAfter the lease ends then
     */
    record Order(
            ActionId action,
            AgentId agent,
            RunId run,
            HandOut how,
            SecretValue value,
            @Nullable Concealed subject,
            boolean mayBePrivate,
            List<Concealed> never,
            Instant notAfter) {

        public Order {
            never = List.copyOf(never);
        }
    }
}
