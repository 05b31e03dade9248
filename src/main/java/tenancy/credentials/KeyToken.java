package tenancy.credentials;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * An API key as its owner sends it: {@code fbk_<key id>_<secret>}. The id finds the key, the secret proves it.
 *
 * @param key the key's id, such as {@code k_0192…}
 * @param text the whole credential
 */
record KeyToken(String key, String text) {

    static final String PREFIX = "fbk_";

    private static final int SECRET_BYTES = 32;
    private static final int KEY_LENGTH = 34;
    private static final int SECRET_AT = PREFIX.length() + KEY_LENGTH + 1;
    private static final int LENGTH = SECRET_AT + 43;

    /** A new credential; nobody can guess it, and only its hash is kept. */
    static KeyToken random(UUID id, SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String key = "k_" + id.toString().replace("-", "");
        return new KeyToken(
                key,
                PREFIX + key + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** What was sent, if it can be a key at all. */
    static Optional<KeyToken> parse(String text) {
        return hasForm(text)
                ? Optional.of(new KeyToken(text.substring(PREFIX.length(), PREFIX.length() + KEY_LENGTH), text))
                : Optional.empty();
    }

    /** {@code fbk_k_[0-9a-f]{32}_[A-Za-z0-9_-]{43}}; asked at every request. */
    private static boolean hasForm(String text) {
        if (text.length() != LENGTH || !text.startsWith("fbk_k_") || text.charAt(SECRET_AT - 1) != '_') {
            return false;
        }
        for (int at = "fbk_k_".length(); at < SECRET_AT - 1; at++) {
            char digit = text.charAt(at);
            if (!(digit >= '0' && digit <= '9' || digit >= 'a' && digit <= 'f')) {
                return false;
            }
        }
        for (int at = SECRET_AT; at < LENGTH; at++) {
            char sign = text.charAt(at);
            if (!(sign < 128 && Character.isLetterOrDigit(sign) || sign == '_' || sign == '-')) {
                return false;
            }
        }
        return true;
    }

    /** What is stored in its place: SHA-256, lower-case hex. Slow hashing is for secrets that can be guessed. */
    String hash() {
        return HexFormat.of().formatHex(digest());
    }

    /** Compares in constant time. */
    boolean hashesTo(String hash) {
        return MessageDigest.isEqual(
                hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] digest() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }

    /** Never the credential: this may end in a log. */
    @Override
    public String toString() {
        return key;
    }
}
