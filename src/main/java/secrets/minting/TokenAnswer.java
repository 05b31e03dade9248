package secrets.minting;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import secrets.Concealed;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a token endpoint has answered, as far as it is understood and not more than was asked for. */
sealed interface TokenAnswer {

    /**
     * @param lifetime absent where the endpoint does not say
     * @param rotated the refresh token that replaces the one that was used
     */
    record Given(
            Concealed token,
            @Nullable Duration lifetime,
            @Nullable Concealed rotated) implements TokenAnswer {}

    /** @param code a word of a closed list: what the endpoint itself wrote may hold what it was sent */
    record Refused(String code) implements TokenAnswer {}

    String WIDER_SCOPE = "wider_scope";

    /** Words of RFC 6749 (section 5.2), RFC 8707 and what servers borrow from the authorization endpoint. */
    Set<String> KNOWN = Set.of(
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "invalid_target",
            "access_denied",
            "server_error",
            "temporarily_unavailable");

    /** What may stand in a header after {@code Bearer}; longer ones fit in no target's header line. */
    Pattern TOKEN = Pattern.compile("[!-~]{1,7000}");

    Duration LONGEST = Duration.ofDays(365);

    JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static TokenAnswer read(int status, Concealed body, List<String> asked) {
        JsonNode answer = json(body).orElse(null);
        if (status != 200) {
            String code = answer == null ? "" : answer.path("error").asString("");
            return new Refused(KNOWN.contains(code) ? code : "status_" + status);
        }
        if (answer == null) {
            return new Refused("unreadable_answer");
        }
        String token = answer.path("access_token").asString("");
        if (!TOKEN.matcher(token).matches()) {
            return new Refused("unusable_token");
        }
        if (!answer.path("token_type").asString("").toLowerCase(Locale.ROOT).equals("bearer")) {
            return new Refused("unsupported_token_type");
        }
        // Silence means: as asked (RFC 6749, section 5.1).
        if (!asked.isEmpty() && answer.has("scope") && !within(asked, answer.path("scope"))) {
            return new Refused(WIDER_SCOPE);
        }
        String rotated = answer.path("refresh_token").asString("");
        return new Given(
                new Concealed(token),
                lifetime(answer.path("expires_in")),
                rotated.isEmpty() ? null : new Concealed(rotated));
    }

    private static boolean within(List<String> asked, JsonNode granted) {
        return granted.isString()
                && asked.containsAll(List.of(granted.stringValue().strip().split(" +")));
    }

    /** Some servers write the number as text. */
    private static @Nullable Duration lifetime(JsonNode seconds) {
        long told = seconds.asLong(-1);
        if (told < 0) {
            return null;
        }
        Duration lifetime = Duration.ofSeconds(Math.min(told, LONGEST.toSeconds()));
        return lifetime.isZero() ? null : lifetime;
    }

    private static Optional<JsonNode> json(Concealed body) {
        try {
            JsonNode read = JSON.readTree(body.reveal());
            return read.isObject() ? Optional.of(read) : Optional.empty();
        } catch (JacksonException malformed) {
            // Its message may quote the body: it goes no further.
            return Optional.empty();
        }
    }
}
