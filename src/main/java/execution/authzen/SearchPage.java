package execution.authzen;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import tenancy.InvalidField;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which page of a search is asked for.
 *
 * @param limit most results
 * @param after the last candidate that was looked at; empty on the first page
 * @param digest over all that is asked: a token goes on with the search that it was handed out for, and no other
 */
record SearchPage(int limit, String after, String digest) {

    private static final int SOME = 50;
    private static final int MOST = 100;
    private static final int LONGEST_TOKEN = 400;

    /** @param search names the endpoint and the tenant */
    static SearchPage of(String search, JsonNode body) {
        JsonNode page = body.path("page");
        if (!page.isMissingNode() && !page.isNull() && !page.isObject()) {
            throw new InvalidField("/page", "wrong_type", "must be an object");
        }
        String digest = digest(search, body);
        return new SearchPage(limit(page.path("limit")), after(page.path("token"), digest), digest);
    }

    /** Opaque to callers: where the next page begins. */
    String token(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((digest + last).getBytes(StandardCharsets.UTF_8));
    }

    private static int limit(JsonNode limit) {
        if (limit.isMissingNode() || limit.isNull()) {
            return SOME;
        }
        if (!limit.isIntegralNumber() || !limit.canConvertToInt() || limit.asInt() < 1 || limit.asInt() > MOST) {
            throw new InvalidField("/page/limit", "range", "must be 1 to " + MOST);
        }
        return limit.asInt();
    }

    private static String after(JsonNode token, String digest) {
        if (token.isMissingNode()
                || token.isNull()
                || token.isString() && token.asString().isEmpty()) {
            return "";
        }
        if (token.isString() && token.asString().length() <= LONGEST_TOKEN) {
            try {
                var read = new String(Base64.getUrlDecoder().decode(token.asString()), StandardCharsets.UTF_8);
                if (read.startsWith(digest)) {
                    return read.substring(digest.length());
                }
            } catch (IllegalArgumentException notBase64) {
                throw unknown();
            }
        }
        throw unknown();
    }

    private static InvalidField unknown() {
        return new InvalidField(
                "/page/token",
                "unknown_cursor",
                "must be the next_token of the page before, asked for in the same words");
    }

    private static String digest(String search, JsonNode body) {
        JsonNode asked = body.deepCopy();
        if (asked.path("page") instanceof ObjectNode page) {
            page.remove("token");
            if (page.isEmpty()) {
                ((ObjectNode) asked).remove("page");
            }
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((search + asked).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
