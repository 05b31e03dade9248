package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;

/**
 * A client's certificate and its private key (PKCS #8), which holds a text that is easily found again: as an attribute,
 * of which there may be any.
 *
 * @param chain in PEM
 * @param key in PEM, its Base64 in one line
 */
record MarkedKey(String chain, String key) {

    /** {@code friendlyName} of PKCS #9, 1.2.840.113549.1.9.20. */
    private static final byte[] NAME = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 9, 20};

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int IDENTIFIER = 6;
    private static final int TEXT = 12;
    private static final int ATTRIBUTES = 0xa0;

    /** @param file for the tool that makes the pair */
    static MarkedKey made(Path file, String mark) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=client.example",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "for-tests",
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        char[] password = "for-tests".toCharArray();
        KeyStore keys = KeyStore.getInstance(file.toFile(), password);
        return new MarkedKey(
                pem("CERTIFICATE", keys.getCertificate("a").getEncoded()),
                pem("PRIVATE KEY", marked(keys.getKey("a", password).getEncoded(), mark)));
    }

    /** As the API takes it. */
    String value() {
        return "{\"type\":\"certificate\",\"chain\":\"%s\",\"key\":\"%s\"}"
                .formatted(chain.replace("\n", "\\n"), keyInJson());
    }

    String keyInJson() {
        return key.replace("\n", "\\n");
    }

    private static byte[] marked(byte[] key, String mark) {
        // Tag, and length in one byte or in two.
        int head = key[1] < 0 ? 2 + (key[1] & 0x7f) : 2;
        byte[] attribute = encoded(
                SEQUENCE,
                encoded(IDENTIFIER, NAME),
                encoded(SET, encoded(TEXT, mark.getBytes(StandardCharsets.US_ASCII))));
        byte[] inside = Arrays.copyOfRange(key, head, key.length);
        return encoded(SEQUENCE, inside, encoded(ATTRIBUTES, attribute));
    }

    private static byte[] encoded(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (content.size() >= 0x80) {
            whole.write(0x81);
        }
        whole.write(content.size());
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN %s-----\n%s\n-----END %1$s-----"
                .formatted(what, Base64.getEncoder().encodeToString(bytes));
    }
}
