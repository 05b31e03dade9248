package secrets.sealing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;
import secrets.Seals;
import tenancy.TenantId;
import tenancy.Unavailable;

/** Seals with AES-256-GCM under the tenant's data key; tenant and place are authenticated with what is sealed. */
@Component
class TenantSeals implements Seals {

    private static final int MOST_OPEN = 10_000;
    private static final Duration KEPT_OPEN = Duration.ofMinutes(10);
    private static final String DATA_KEY = "data_key";

    private final DataKeys dataKeys;
    /** Re-wrapping changes no data key, so what is open stays right. */
    private final Cache<TenantId, Aead> open = Caffeine.newBuilder()
            .maximumSize(MOST_OPEN)
            .expireAfterAccess(KEPT_OPEN)
            .build();

    TenantSeals(DataKeys dataKeys) {
        this.dataKeys = dataKeys;
    }

    @Override
    public byte[] seal(TenantId tenant, String place, byte[] plain) {
        try {
            return made(tenant).encrypt(plain, associated(tenant, place));
        } catch (GeneralSecurityException broken) {
            throw new Unsealable(tenant, DATA_KEY);
        } catch (SealingUnusable unusable) {
            throw unavailable();
        }
    }

    @Override
    public byte[] open(TenantId tenant, String place, byte[] sealed) {
        try {
            Aead key = found(tenant).orElseThrow(() -> new Unsealable(tenant, place));
            return key.decrypt(sealed, associated(tenant, place));
        } catch (GeneralSecurityException tampered) {
            throw new Unsealable(tenant, place);
        } catch (SealingUnusable unusable) {
            throw unavailable();
        }
    }

    /** Its data key is destroyed. */
    void forget(TenantId tenant) {
        open.invalidate(tenant);
    }

    /** Not loaded by the cache: while it loads one key it may block others, and this reads the database. */
    private Aead made(TenantId tenant) throws GeneralSecurityException {
        Aead known = open.getIfPresent(tenant);
        if (known != null) {
            return known;
        }
        Aead key = dataKeys.findOrMake(tenant);
        open.put(tenant, key);
        return key;
    }

    private Optional<Aead> found(TenantId tenant) throws GeneralSecurityException {
        Aead known = open.getIfPresent(tenant);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Aead> key = dataKeys.find(tenant);
        key.ifPresent(there -> open.put(tenant, there));
        return key;
    }

    /** A tenant's id holds no slash, so no two pairs are spelled alike. */
    private static byte[] associated(TenantId tenant, String place) {
        return "firebreak/sealed/%s/%s".formatted(tenant, place).getBytes(StandardCharsets.UTF_8);
    }

    private static Unavailable unavailable() {
        return new Unavailable("sealing_unavailable", "The keys that secrets are sealed with cannot be reached now.");
    }
}
