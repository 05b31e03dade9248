package secrets;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Conflict;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Values on their way into the table and out of it: sealed for their tenant and place, and for no other. */
@Component
class SealedValues {

    private final Seals seals;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Clock clock;
    private final JsonMapper json = JsonMapper.builder().build();

    SealedValues(Seals seals, TenantTransactions transactions, JdbcTemplate database, Clock clock) {
        this.seals = seals;
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    static String place(String secret, long version) {
        return "secret/" + secret + "/" + version;
    }

    /**
     * Seals a value for a version that is not there yet, and gives the digest to put into its event.
     *
     * @throws Conflict if somebody else is about to add the same version
     */
    String put(TenantId tenant, String secret, long version, SecretValue value) {
        byte[] sealed = seals.seal(tenant, place(secret, version), bytes(value));
        int written = transactions.in(
                tenant,
                () -> database.update(
                        "insert into secrets.sealed_value (tenant_id, secret, version, sealed, created_at)"
                                + " values (?, ?, ?, ?, ?) on conflict do nothing",
                        tenant.value(),
                        secret,
                        version,
                        sealed,
                        clock.instant().atOffset(ZoneOffset.UTC)));
        if (written == 0) {
            throw new Conflict("secret_changed", "Secret %s was changed at the same time.".formatted(secret));
        }
        return digest(sealed);
    }

    /** What no version came to be of: somebody else's of the same number stays. */
    void discard(TenantId tenant, String secret, long version) {
        int unused = transactions.in(
                tenant,
                () -> database.update(
                        "delete from secrets.sealed_value s where s.tenant_id = ? and s.secret = ? and s.version = ?"
                                + " and not exists (select from secrets.version v where v.tenant_id = s.tenant_id"
                                + " and v.secret = s.secret and v.version = s.version)",
                        tenant.value(),
                        secret,
                        version));
    }

    /** @throws Seals.Unsealable if it is not what was sealed there */
    SecretValue open(TenantId tenant, String secret, long version, byte[] sealed) {
        return value(json.readTree(seals.open(tenant, place(secret, version), sealed)));
    }

    static String digest(byte[] sealed) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sealed));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    private byte[] bytes(SecretValue value) {
        ObjectNode written = json.createObjectNode();
        written.put("type", SecretRows.word(SecretKind.of(value)));
        switch (value) {
            case SecretValue.ApiKey key -> written.put("value", key.value().reveal());
            case SecretValue.Basic basic ->
                written.put("user", basic.user())
                        .put("password", basic.password().reveal());
            case SecretValue.ClientCredentials credentials ->
                written.put("token_endpoint", credentials.tokenEndpoint().toString())
                        .put("client_id", credentials.clientId())
                        .put("client_secret", credentials.clientSecret().reveal());
            case SecretValue.RefreshToken token ->
                written.put("token_endpoint", token.tokenEndpoint().toString())
                        .put("client_id", token.clientId())
                        .put("client_secret", revealed(token.clientSecret()))
                        .put("refresh_token", token.refreshToken().reveal());
            case SecretValue.Certificate certificate ->
                written.put("chain", certificate.chain())
                        .put("key", certificate.key().reveal());
            case SecretValue.Workload _ -> {}
        }
        return json.writeValueAsBytes(written);
    }

    private static @Nullable String revealed(@Nullable Concealed text) {
        return text == null ? null : text.reveal();
    }

    private static SecretValue value(JsonNode read) {
        return switch (SecretKind.named(text(read, "type"))) {
            case API_KEY -> new SecretValue.ApiKey(concealed(read, "value"));
            case BASIC -> new SecretValue.Basic(text(read, "user"), concealed(read, "password"));
            case CLIENT_CREDENTIALS ->
                new SecretValue.ClientCredentials(
                        URI.create(text(read, "token_endpoint")),
                        text(read, "client_id"),
                        concealed(read, "client_secret"));
            case REFRESH_TOKEN ->
                new SecretValue.RefreshToken(
                        URI.create(text(read, "token_endpoint")),
                        text(read, "client_id"),
                        read.path("client_secret").isString() ? concealed(read, "client_secret") : null,
                        concealed(read, "refresh_token"));
            case CERTIFICATE -> new SecretValue.Certificate(text(read, "chain"), concealed(read, "key"));
            case WORKLOAD_TOKEN -> new SecretValue.Workload();
            case ELSEWHERE -> throw new IllegalStateException("What is kept elsewhere is not sealed here");
        };
    }

    private static String text(JsonNode read, String field) {
        return read.path(field).asString("");
    }

    private static Concealed concealed(JsonNode read, String field) {
        return new Concealed(text(read, field));
    }
}
