package secrets.vault;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import secrets.Concealed;
import secrets.SecretValue;

/** What kind of secret the fields of a stored one make: told by their names, as Vault's own engines call them. */
record StoredFields(Map<String, Object> fields) {

    /** Empty if they make none. */
    Optional<SecretValue> value() {
        String user = text("username");
        String password = text("password");
        String chain = text("certificate");
        String key = text("private_key");
        String endpoint = text("token_endpoint");
        String client = text("client_id");
        String value = text("value") != null ? text("value") : text("api_key");
        if (endpoint != null && client != null) {
            return token(endpoint, client);
        }
        if (chain != null && key != null) {
            return Optional.of(new SecretValue.Certificate(chain, new Concealed(key)));
        }
        if (user != null && password != null) {
            return Optional.of(new SecretValue.Basic(user, new Concealed(password)));
        }
        return value == null ? Optional.empty() : Optional.of(new SecretValue.ApiKey(new Concealed(value)));
    }

    private Optional<SecretValue> token(String endpoint, String client) {
        URI address;
        try {
            address = URI.create(endpoint);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        String secret = text("client_secret");
        String refresh = text("refresh_token");
        if (refresh != null) {
            return Optional.of(new SecretValue.RefreshToken(
                    address, client, secret == null ? null : new Concealed(secret), new Concealed(refresh)));
        }
        return secret == null
                ? Optional.empty()
                : Optional.of(new SecretValue.ClientCredentials(address, client, new Concealed(secret)));
    }

    private @Nullable String text(String name) {
        return fields.get(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    /** The fields are the secret. */
    @Override
    public String toString() {
        return "(concealed)";
    }
}
