package tenancy.credentials;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

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
    private static final Pattern FORM = Pattern.compile("fbk_k_[0-9a-f]{32}_[A-Za-z0-9_-]{43}");

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
        return FORM.matcher(text).matches()
                ? Optional.of(new KeyToken(text.substring(PREFIX.length(), PREFIX.length() + KEY_LENGTH), text))
                : Optional.empty();
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
