package secrets;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import secrets.Credentials.Purpose;
import tenancy.TenantId;

/** Makes access tokens out of what is sealed, as narrow as the purpose. */
public interface AccessTokens {

    /**
     * Asks the secret's token endpoint, or gives what it answered lately for the same secret, version and purpose. For
     * virtual threads, outside of lanes.
     *
     * @param value {@link SecretValue.ClientCredentials} or {@link SecretValue.RefreshToken}
     * @param mayBePrivate whether an operator allowed the token endpoint to have a private address
     * @throws LeaseRefused {@code secret_unavailable} if the endpoint gives none
     */
    Minted token(TenantId tenant, Lease lease, SecretValue value, Purpose purpose, boolean mayBePrivate);

    /** Forgets what was made of this secret, so that nothing of it is used again. */
    void forget(TenantId tenant, String secret);

    /** @param rotated the refresh token to keep instead of the one that was used, where the endpoint gave a new one */
    record Minted(
            Concealed token, Instant expiresAt, @Nullable Concealed rotated) {}
}
