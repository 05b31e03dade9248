package audit.proof;

import java.util.Base64;

/**
 * Base64 (RFC 4648, section 4) in its one spelling: padded, and with zeros in the bits that no byte uses (section 3.5). A
 * reader that passes over those lets a text be changed without being noticed.
 */
final class CanonicalBase64 {

    private CanonicalBase64() {}

    /** @throws IllegalArgumentException if these bytes are spelled otherwise, or it is no Base64 */
    static byte[] decode(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("not in the canonical spelling of Base64");
        }
        return bytes;
    }
}
