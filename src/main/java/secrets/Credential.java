package secrets;

/** What is put on one request. It lives as long as the {@link Use} that gave it. */
public sealed interface Credential {

    /** A key, or an access token that was made for this use. */
    record Token(Concealed value) implements Credential {}

    record UserAndPassword(String user, Concealed password) implements Credential {}

    /** @see SecretValue.Certificate */
    record ClientCertificate(String chain, Concealed key) implements Credential {}
}
