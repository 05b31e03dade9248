package secrets.sealing;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.vault.VaultException;
import org.springframework.vault.core.VaultOperations;
import org.springframework.vault.support.VaultResponse;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestClientException;

/** Wrapping keys that never leave Vault or OpenBao: its transit engine wraps and unwraps. Each version is a key. */
final class TransitKeys implements WrappingKeys {

    private static final int BAD_REQUEST = 400;

    private final VaultOperations vault;
    private final String mount;
    private final String key;

    TransitKeys(VaultOperations vault, String mount, String key) {
        this.vault = vault;
        this.mount = mount;
        this.key = key;
    }

    @Override
    public Source source() {
        return Source.TRANSIT;
    }

    private String name(int version) {
        return Source.TRANSIT.name(key + ":v" + version);
    }

    @Override
    public List<String> names() {
        Map<String, Object> description = description();
        if (!(description.get("keys") instanceof Map<?, ?> versions)) {
            throw absent();
        }
        int oldest = number(description, "min_decryption_version", 1);
        return versions.keySet().stream()
                .map(version -> Integer.parseInt(version.toString()))
                .filter(version -> version >= oldest)
                .sorted()
                .map(this::name)
                .toList();
    }

    @Override
    public Optional<Aead> key(String name) {
        String prefix = Source.TRANSIT.name(key + ":v");
        return name.startsWith(prefix)
                ? Optional.of(new Version(Integer.parseInt(name.substring(prefix.length()))))
                : Optional.empty();
    }

    @Override
    public String first() {
        return name(number(description(), "latest_version", 1));
    }

    @Override
    public Optional<String> next(Set<String> used) {
        ask("%s/keys/%s/rotate".formatted(mount, key), Map.of());
        return Optional.of(first());
    }

    /** Vault forgets old versions when its own operator raises {@code min_decryption_version}. */
    @Override
    public boolean destroy(String name) {
        return !names().contains(name);
    }

    private Map<String, Object> description() {
        try {
            VaultResponse found = vault.read("%s/keys/%s".formatted(mount, key));
            if (found != null && found.getData() != null) {
                return found.getData();
            }
        } catch (VaultException | RestClientException failed) {
            throw unanswered(failed);
        }
        throw absent();
    }

    private static int number(Map<String, Object> description, String field, int otherwise) {
        return description.get(field) instanceof Number number ? Math.max(number.intValue(), otherwise) : otherwise;
    }

    private Map<String, Object> ask(String path, Map<String, Object> body) {
        try {
            VaultResponse answer = vault.write(path, body);
            return answer == null || answer.getData() == null ? Map.of() : answer.getData();
        } catch (VaultException | RestClientException failed) {
            throw unanswered(failed);
        }
    }

    private SealingUnusable absent() {
        return new SealingUnusable(
                "Vault has no transit key %s at %s.".formatted(key, mount),
                "Make it (vault write -f %s/keys/%s), or set firebreak.sealing.transit-key.".formatted(mount, key));
    }

    private SealingUnusable unanswered(Exception why) {
        return new SealingUnusable(
                "Vault does not wrap keys now (%s).".formatted(why.getClass().getSimpleName()),
                "See that firebreak.vault.uri answers and that its token may use %s/keys/%s, encrypt and decrypt."
                        .formatted(mount, key),
                why);
    }

    /** One version of the key. What it is asked for is bound to the associated data, which Vault authenticates. */
    private final class Version implements Aead {

        private final int version;

        Version(int version) {
            this.version = version;
        }

        @Override
        public byte[] encrypt(byte[] plain, byte[] associated) {
            Map<String, Object> body = new HashMap<>();
            body.put("plaintext", base64(plain));
            body.put("associated_data", base64(associated));
            body.put("key_version", version);
            Map<String, Object> answer = ask("%s/encrypt/%s".formatted(mount, key), body);
            if (answer.get("ciphertext") instanceof String sealed && sealed.startsWith("vault:v" + version + ":")) {
                return sealed.getBytes(StandardCharsets.UTF_8);
            }
            throw new SealingUnusable(
                    "Vault did not wrap with version %d of %s.".formatted(version, key),
                    "See its min_encryption_version.");
        }

        @Override
        public byte[] decrypt(byte[] sealed, byte[] associated) throws GeneralSecurityException {
            String text = new String(sealed, StandardCharsets.UTF_8);
            if (!text.startsWith("vault:v" + version + ":")) {
                throw new GeneralSecurityException("Wrapped with another key");
            }
            try {
                VaultResponse answer = vault.write(
                        "%s/decrypt/%s".formatted(mount, key),
                        Map.of("ciphertext", text, "associated_data", base64(associated)));
                if (answer != null
                        && answer.getData() != null
                        && answer.getData().get("plaintext") instanceof String s) {
                    return Base64.getDecoder().decode(s);
                }
            } catch (VaultException | RestClientException failed) {
                if (refused(failed)) {
                    throw new GeneralSecurityException("Vault does not open it");
                }
                throw unanswered(failed);
            }
            throw new GeneralSecurityException("Vault opened nothing");
        }

        private static boolean refused(Exception failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof HttpStatusCodeException status) {
                    return status.getStatusCode().value() == BAD_REQUEST;
                }
            }
            return false;
        }

        private static String base64(byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }
}
