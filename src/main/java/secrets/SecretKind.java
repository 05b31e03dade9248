package secrets;

import java.util.Locale;

/** What a secret is made of. */
public enum SecretKind {
    API_KEY,
    BASIC,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    CERTIFICATE,
    /** Nothing is sealed: the platform says in its own name who is at work. */
    WORKLOAD_TOKEN,
    /** The operator's own store knows, and tells when it is used. */
    ELSEWHERE;

    static SecretKind named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    static SecretKind of(SecretValue value) {
        return switch (value) {
            case SecretValue.ApiKey key -> API_KEY;
            case SecretValue.Basic basic -> BASIC;
            case SecretValue.ClientCredentials credentials -> CLIENT_CREDENTIALS;
            case SecretValue.RefreshToken token -> REFRESH_TOKEN;
            case SecretValue.Certificate certificate -> CERTIFICATE;
            case SecretValue.Workload workload -> WORKLOAD_TOKEN;
        };
    }
}
