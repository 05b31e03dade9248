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

    private static TokenForm made(Map<String, String> headers, Map<String, String> fields, Purpose purpose) {
        List<String> scopes = List.copyOf(new TreeSet<>(purpose.scopes()));
        if (!scopes.isEmpty()) {
            fields.put("scope", String.join(" ", scopes));
        }
        String resource = purpose.resource();
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
