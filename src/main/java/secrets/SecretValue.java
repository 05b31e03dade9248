package secrets;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What a tenant has sealed: the long-lived value, which never leaves the platform but to the system it is for. */
public sealed interface SecretValue {

    /** A key or token that is sent as it is. */
    record ApiKey(Concealed value) implements SecretValue {}

    /** User and password (RFC 7617). */
    record Basic(String user, Concealed password) implements SecretValue {}

    /** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
    record ClientCredentials(URI tokenEndpoint, String clientId, Concealed clientSecret) implements SecretValue {}

    /** An OAuth 2.0 refresh token (RFC 6749, section 6); public clients have no secret. */
    record RefreshToken(
            URI tokenEndpoint, String clientId, @Nullable Concealed clientSecret, Concealed refreshToken)
            implements SecretValue {}

    /**
     * A client certificate for mutual TLS.
     *
     * @param chain certificates in PEM, the client's own first
     * @param key its private key in PEM (PKCS #8)
     */
    record Certificate(String chain, Concealed key) implements SecretValue {}

    /** Nothing: the platform's own signature is what the system trusts. Granted, leased and revoked like the others. */
    record Workload() implements SecretValue {}
}
