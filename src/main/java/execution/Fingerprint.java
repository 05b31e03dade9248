package execution;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** SHA-256 over parts, each with its length, so that no two lists of parts are taken for one another. */
final class Fingerprint {

    private Fingerprint() {}

    /** Lower-case hex of one text as it is. */
    static String of(String text) {
        return hex(digest -> digest.update(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Lower-case hex. */
    static String of(List<String> parts) {
        return hex(digest -> {
            var length = ByteBuffer.allocate(Integer.BYTES);
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(length.putInt(0, bytes.length).array());
                digest.update(bytes);
            }
        });
    }

    private static String hex(Consumer<MessageDigest> fed) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            fed.accept(digest);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
