package secrets;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tenancy.InvalidField;

/**
 * A value as it is sent in, once: which fields there are follows from the type. Refusals name the field, and nothing of
 * what is in it.
 *
 * @param type {@code api_key}, {@code basic}, {@code client_credentials}, {@code refresh_token}, {@code certificate},
 *     {@code workload_token}
 */
record NewValue(
        SecretKind type,
        @Nullable String value,
        @Nullable String user,
        @Nullable String password,
        @Nullable String tokenEndpoint,
        @Nullable String clientId,
        @Nullable String clientSecret,
        @Nullable String refreshToken,
        @Nullable String chain,
        @Nullable String key) {

    private static final int LONGEST = 16 * 1024;
    private static final int LONGEST_PEM = 60 * 1024;

    /** Nothing of it: this may end in a log. */
    @Override
    public String toString() {
        return "NewValue[" + type + "]";
    }

    SecretValue checked(boolean mayBePrivate) {
        return switch (type) {
            case API_KEY -> {
                only("value");
                yield new SecretValue.ApiKey(header("value", value));
            }
            case BASIC -> {
                only("user", "password");
                String name = text("user", user);
                if (name.indexOf(':') >= 0) {
                    throw wrong("user", "must not have a colon");
                }
                yield new SecretValue.Basic(name, new Concealed(text("password", password)));
            }
            case CLIENT_CREDENTIALS -> {
                only("token_endpoint", "client_id", "client_secret");
                yield new SecretValue.ClientCredentials(
                        endpoint(mayBePrivate),
                        text("client_id", clientId),
                        new Concealed(text("client_secret", clientSecret)));
            }
            case REFRESH_TOKEN -> {
                only("token_endpoint", "client_id", "client_secret", "refresh_token");
                yield new SecretValue.RefreshToken(
                        endpoint(mayBePrivate),
                        text("client_id", clientId),
                        clientSecret == null ? null : new Concealed(text("client_secret", clientSecret)),
                        new Concealed(text("refresh_token", refreshToken)));
            }
            case CERTIFICATE -> {
                only("chain", "key");
                yield new SecretValue.Certificate(certificates(), privateKey());
            }
            case WORKLOAD_TOKEN -> {
                only();
                yield new SecretValue.Workload();
            }
            case ELSEWHERE ->
                throw new InvalidField(
                        "/value", "kept_elsewhere", "must be left out for a secret that is kept elsewhere");
        };
    }

    private void only(String... allowed) {
        var fields = List.of(allowed);
        refuseUnless(fields, "value", value);
        refuseUnless(fields, "user", user);
        refuseUnless(fields, "password", password);
        refuseUnless(fields, "token_endpoint", tokenEndpoint);
        refuseUnless(fields, "client_id", clientId);
        refuseUnless(fields, "client_secret", clientSecret);
        refuseUnless(fields, "refresh_token", refreshToken);
        refuseUnless(fields, "chain", chain);
        refuseUnless(fields, "key", key);
    }

    private void refuseUnless(List<String> allowed, String field, @Nullable String there) {
        if (there != null && !allowed.contains(field)) {
            throw new InvalidField(
                    "/value/" + field,
                    "unknown_field",
                    "is not part of a value of type " + type.name().toLowerCase(Locale.ROOT));
        }
    }

    /** What goes into a header as it is. */
    private static Concealed header(String field, @Nullable String text) {
        String there = text(field, text);
        if (there.chars().anyMatch(character -> character <= ' ' || character > '~')) {
            throw wrong(field, "must be visible ASCII characters without spaces");
        }
        return new Concealed(there);
    }

    private static String text(String field, @Nullable String text) {
        if (text == null) {
            throw new InvalidField("/value/" + field, "required", "must be there and not null");
        }
        if (text.isEmpty() || text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl)) {
            throw wrong(field, "must be 1 to " + LONGEST + " characters without control characters");
        }
        return text;
    }

    private URI endpoint(boolean mayBePrivate) {
        String address = text("token_endpoint", tokenEndpoint);
        try {
            URI endpoint = new URI(address);
            boolean safe = "https".equals(endpoint.getScheme()) || mayBePrivate && "http".equals(endpoint.getScheme());
            if (safe
                    && endpoint.getHost() != null
                    && endpoint.getRawUserInfo() == null
                    && endpoint.getRawFragment() == null) {
                return endpoint;
            }
        } catch (URISyntaxException malformed) {
            throw noEndpoint();
        }
        throw noEndpoint();
    }

    private static InvalidField noEndpoint() {
        return wrong("token_endpoint", "must be an https URL of a host, without user and fragment");
    }

    private String certificates() {
        String pem = pem("chain", chain);
        try {
            var certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (!certificates.isEmpty()) {
                return pem;
            }
        } catch (CertificateException unreadable) {
            throw wrong("chain", "must be X.509 certificates in PEM");
        }
        throw wrong("chain", "must be X.509 certificates in PEM");
    }

    private Concealed privateKey() {
        String pem = pem("key", key).strip();
        if (!pem.startsWith("-----BEGIN PRIVATE KEY-----") || !pem.endsWith("-----END PRIVATE KEY-----")) {
            throw wrong("key", "must be a private key in PEM (PKCS #8), not encrypted");
        }
        return new Concealed(pem);
    }

    private static String pem(String field, @Nullable String text) {
        if (text == null) {
            throw new InvalidField("/value/" + field, "required", "must be there and not null");
        }
        if (text.isEmpty() || text.length() > LONGEST_PEM) {
            throw wrong(field, "must be PEM of 1 to " + LONGEST_PEM + " characters");
        }
        return text;
    }

    private static InvalidField wrong(String field, String detail) {
        return new InvalidField("/value/" + field, "secret_value", detail);
    }
}
