package secrets.minting;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import secrets.Concealed;
import secrets.Credentials.Purpose;
import secrets.HandOut;
import secrets.SecretValue;

/**
 * What is asked of a token endpoint. Says nothing of its fields in {@code toString}.
 *
 * @param scopes what may be granted at most; empty where the request leaves it to the endpoint
 */
record TokenForm(Map<String, String> headers, Map<String, String> fields, List<String> scopes) {

    TokenForm {
        headers = Map.copyOf(headers);
        fields = Map.copyOf(fields);
        scopes = List.copyOf(scopes);
    }

    /** RFC 6749, section 4.4. */
    static TokenForm of(SecretValue.ClientCredentials client, Purpose purpose) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "client_credentials");
        return made(basic(client.clientId(), client.clientSecret()), fields, purpose);
    }

    /** RFC 6749, section 6. */
    static TokenForm of(SecretValue.RefreshToken refresh, Concealed token, Purpose purpose) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "refresh_token");
        fields.put("refresh_token", token.reveal());
        Concealed secret = refresh.clientSecret();
        if (secret == null) {
            fields.put("client_id", refresh.clientId());
        }
        return made(secret == null ? Map.of() : basic(refresh.clientId(), secret), fields, purpose);
    }

    /** RFC 6749, section 4.4, for a token that is handed out. */
    static TokenForm of(SecretValue.ClientCredentials client, HandOut how) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "client_credentials");
        return made(basic(client.clientId(), client.clientSecret()), fields, how);
    }

    /**
     * RFC 8693, section 2.1.
     *
     * @param client whose id and secret are sent; a value without a client sends none
     * @param type of the subject token, a URI
     */
    static TokenForm exchange(SecretValue client, Concealed subject, String type, HandOut how) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        fields.put("subject_token", subject.reveal());
        fields.put("subject_token_type", type);
        fields.put("requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
        Map<String, String> headers = Map.of();
        if (client instanceof SecretValue.ClientCredentials credentials) {
            headers = basic(credentials.clientId(), credentials.clientSecret());
        } else if (client instanceof SecretValue.RefreshToken refresh) {
            Concealed secret = refresh.clientSecret();
            if (secret == null) {
                fields.put("client_id", refresh.clientId());
            } else {
                headers = basic(refresh.clientId(), secret);
            }
        }
        return made(headers, fields, how);
    }

    private static TokenForm made(Map<String, String> headers, Map<String, String> fields, HandOut how) {
        if (how.audience() != null) {
            fields.put("audience", how.audience());
        }
        return made(headers, fields, how.scopes(), how.resource());
    }

    private static TokenForm made(Map<String, String> headers, Map<String, String> fields, Purpose purpose) {
        return made(headers, fields, purpose.scopes(), purpose.resource());
    }

    private static TokenForm made(
            Map<String, String> headers, Map<String, String> fields, List<String> wanted, @Nullable String resource) {
        List<String> scopes = List.copyOf(new TreeSet<>(wanted));
        if (!scopes.isEmpty()) {
            fields.put("scope", String.join(" ", scopes));
        }
        if (resource != null) {
            fields.put("resource", resource);
        }
        return new TokenForm(headers, fields, scopes);
    }

    /** Both parts are form-encoded first (RFC 6749, section 2.3.1): a colon in an id would end it. */
    private static Map<String, String> basic(String id, @Nullable Concealed secret) {
        String pair = encoded(id) + ":" + (secret == null ? "" : encoded(secret.reveal()));
        return Map.of(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "TokenForm[" + fields.get("grant_type") + "]";
    }
}
