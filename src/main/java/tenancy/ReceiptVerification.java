package tenancy;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks a containment's receipt, or an erasure's certificate, that somebody kept. Needs no platform, no database and no network. */
public final class ReceiptVerification {

    private static final String RECEIPT = "firebreak.containment_receipt.v1";
    private static final String CERTIFICATE = "firebreak.erasure_certificate.v1";
    private static final String ALGORITHM = "Ed25519";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ReceiptVerification() {}

    /**
     * Runs {@code <receipt> --key <public key>}: the answer to a containment command, or to an erasure, as it came, and
     * the key as PEM.
     *
     * @return the exit code: 0 if this key signed exactly this, 1 if not, 2 if this was asked wrongly
     */
    public static int run(String[] arguments, PrintStream out) {
        if (arguments.length != 3 || !arguments[1].equals("--key")) {
            out.println("usage: verify-receipt <receipt.json> --key <public-key.pem>");
            return 2;
        }
        try {
            PublicKey key = key(Files.readString(Path.of(arguments[2])));
            return check(JSON.readTree(Files.readString(Path.of(arguments[0]))), key, out);
        } catch (IOException unreadable) {
            out.println("cannot be read: " + unreadable.getMessage());
            return 2;
        } catch (JacksonException | GeneralSecurityException | IllegalArgumentException malformed) {
            out.println("not what this reads: " + malformed.getMessage());
            return 2;
        }
    }

    private static int check(JsonNode answer, PublicKey key, PrintStream out) throws GeneralSecurityException {
        JsonNode proof = answer.path("proof");
        byte[] payload = Base64.getDecoder().decode(proof.path("payload").asString(""));
        Signature verifier = Signature.getInstance(ALGORITHM);
        verifier.initVerify(key);
        verifier.update(payload);
        if (!verified(
                verifier, Base64.getDecoder().decode(proof.path("signature").asString("")))) {
            out.println("FORGED: this key did not sign it");
            return 1;
        }
        JsonNode signed = JSON.readTree(new String(payload, StandardCharsets.UTF_8));
        String type = signed.path("type").asString("");
        String told = switch (type) {
            case RECEIPT -> "receipt";
            case CERTIFICATE -> "certificate";
            default -> "";
        };
        if (told.isEmpty()) {
            out.println("FORGED: what was signed is neither a receipt nor a certificate");
            return 1;
        }
        if (!signed.equals(answer.path(told))) {
            out.println("FORGED: it says something else than what was signed");
            return 1;
        }
        out.println("WHOLE: " + (type.equals(RECEIPT) ? receipt(signed) : certificate(signed)));
        return 0;
    }

    private static String receipt(JsonNode signed) {
        return "%s %s is %s, epoch %s, %s"
                .formatted(
                        signed.path("scope").asString(""),
                        signed.path("key").asString(""),
                        signed.path("posture").asString(""),
                        signed.path("epoch").asString(""),
                        signed.path("state").asString(""));
    }

    private static String certificate(JsonNode signed) {
        return "%s was erased at %s, with %s content keys"
                .formatted(
                        signed.path("tenant_id").asString(""),
                        signed.path("erased_at").asString(""),
                        signed.path("content_keys").asString(""));
    }

    /** A signature of another length is no mistake of whoever asks: it is a wrong one. */
    private static boolean verified(Signature verifier, byte[] signature) {
        try {
            return verifier.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private static PublicKey key(String pem) throws GeneralSecurityException {
        String encoded = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(encoded)));
    }
}
