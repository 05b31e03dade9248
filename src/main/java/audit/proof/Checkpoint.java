package audit.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A tree's size and root as a text to be signed (C2SP tlog-checkpoint), in a signed note (C2SP signed-note) by Ed25519.
 *
 * @param origin whose log it is: the installation and the tenant
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its parts
record Checkpoint(String origin, long size, byte[] root) {

    private static final byte ED25519 = 1;
    /** What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
    private static final byte[] X509 = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    /** @return the note: the text, an empty line, and one signature line */
    String signed(String name, PrivateKey key, PublicKey publicKey) {
        try {
            Signature signing = Signature.getInstance("Ed25519");
            signing.initSign(key);
            signing.update(text().getBytes(StandardCharsets.UTF_8));
            byte[] signature = signing.sign();
            byte[] raw = raw(publicKey);
            byte[] marked = ByteBuffer.allocate(4 + signature.length)
                    .put(hint(name, raw))
                    .put(signature)
                    .array();
            return text() + "\n— " + name + " " + Base64.getEncoder().encodeToString(marked) + "\n";
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every JDK has Ed25519", missing);
        }
    }

    String text() {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
    }

    /** What a note says, if this key has signed it under its name. */
    static Optional<Checkpoint> of(String note, VerifierKey key) {
        int end = note.indexOf("\n\n");
        if (end < 0) {
            return Optional.empty();
        }
        String text = note.substring(0, end + 1);
        boolean signed = note.substring(end + 2).lines().anyMatch(line -> key.signed(text, line));
        String[] lines = text.split("\n", -1);
        if (!signed || lines.length != 4) {
            return Optional.empty();
        }
        try {
            byte[] root = CanonicalBase64.decode(lines[2]);
            long size = Long.parseLong(lines[1]);
            return size < 0 || root.length != Merkle.HASH
                    ? Optional.empty()
                    : Optional.of(new Checkpoint(lines[0], size, root));
        } catch (IllegalArgumentException notACheckpoint) {
            return Optional.empty();
        }
    }

    private static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, X509.length, encoded.length);
    }

    private static byte[] hint(String name, byte[] raw) {
        var digest = Merkle.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(ED25519);
        return Arrays.copyOf(digest.digest(raw), 4);
    }

    /** Who signs, in the one line that verifiers of signed notes are given: name, hint and key. */
    @SuppressWarnings("ArrayRecordComponent")
    record VerifierKey(String name, byte[] raw) {

        static VerifierKey of(String name, PublicKey key) {
            return new VerifierKey(name, Checkpoint.raw(key));
        }

        /** @throws IllegalArgumentException if it is not {@code name+hint+key} of an Ed25519 key */
        static VerifierKey parse(String line) {
            String[] parts = line.strip().split("\\+", 3);
            if (parts.length == 3) {
                byte[] key = CanonicalBase64.decode(parts[2]);
                if (key.length == 1 + Merkle.HASH && key[0] == ED25519) {
                    var parsed = new VerifierKey(parts[0], Arrays.copyOfRange(key, 1, key.length));
                    if (parsed.line().equals(line.strip())) {
                        return parsed;
                    }
                }
            }
            throw new IllegalArgumentException("must be name+hint+key of an Ed25519 key");
        }

        String line() {
            byte[] marked =
                    ByteBuffer.allocate(1 + raw.length).put(ED25519).put(raw).array();
            return "%s+%08x+%s"
                    .formatted(
                            name,
                            ByteBuffer.wrap(hint(name, raw)).getInt(),
                            Base64.getEncoder().encodeToString(marked));
        }

        private boolean signed(String text, String line) {
            String mine = "— " + name + " ";
            if (!line.startsWith(mine)) {
                return false;
            }
            try {
                byte[] marked = CanonicalBase64.decode(line.substring(mine.length()));
                byte[] encoded = ByteBuffer.allocate(X509.length + raw.length)
                        .put(X509)
                        .put(raw)
                        .array();
                Signature verifying = Signature.getInstance("Ed25519");
                verifying.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
                verifying.update(text.getBytes(StandardCharsets.UTF_8));
                return Arrays.equals(Arrays.copyOf(marked, 4), hint(name, raw))
                        && verifying.verify(Arrays.copyOfRange(marked, 4, marked.length));
            } catch (GeneralSecurityException | IllegalArgumentException notASignature) {
                return false;
            }
        }
    }
}
