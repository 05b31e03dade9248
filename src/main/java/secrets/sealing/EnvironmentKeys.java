package secrets.sealing;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import secrets.Concealed;

/** Wrapping keys that the process was given. Each is named after what it is, so that another is never taken for it. */
final class EnvironmentKeys implements WrappingKeys {

    private static final int KEY_BYTES = 32;
    private static final byte[] NAMED = "firebreak wrapping key ".getBytes(StandardCharsets.UTF_8);
    private static final String REMEDY =
            "Set firebreak.sealing.keys (FIREBREAK_SEALING_KEYS) to keys of 32 random bytes in Base64, separated by commas:"
                    + " openssl rand -base64 32 makes one.";

    private final Map<String, Aead> keys = new LinkedHashMap<>();

    EnvironmentKeys(List<Concealed> given) {
        for (Concealed key : given) {
            byte[] bytes = bytes(key);
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(NAMED);
                String name = HexFormat.of().formatHex(digest.digest(bytes), 0, Integer.BYTES);
                keys.put(Source.ENVIRONMENT.name(name), Keysets.aead(bytes));
            } catch (GeneralSecurityException unusable) {
                throw new SealingUnusable("A wrapping key cannot be used.", REMEDY, unusable);
            }
        }
        if (keys.isEmpty()) {
            throw new SealingUnusable("No wrapping key is set.", REMEDY);
        }
    }

    private static byte[] bytes(Concealed key) {
        try {
            byte[] bytes = Base64.getDecoder().decode(key.reveal().strip());
            if (bytes.length == KEY_BYTES) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new SealingUnusable("A wrapping key is not in Base64.", REMEDY);
        }
        throw new SealingUnusable("A wrapping key does not have 32 bytes.", REMEDY);
    }

    @Override
    public Source source() {
        return Source.ENVIRONMENT;
    }

    @Override
    public List<String> names() {
        return List.copyOf(keys.keySet());
    }

    @Override
    public Optional<Aead> key(String name) {
        return Optional.ofNullable(keys.get(name));
    }

    @Override
    public String first() {
        return keys.keySet().iterator().next();
    }

    @Override
    public Optional<String> next(Set<String> used) {
        return keys.keySet().stream().filter(name -> !used.contains(name)).findFirst();
    }

    @Override
    public boolean destroy(String name) {
        return !keys.containsKey(name);
    }
}
