package audit.proof;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.Seals;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** The installation's Ed25519 key: made once, kept sealed, the same on all nodes. */
@Component
class CheckpointKeys {

    private static final String KEY = "ed25519-1";
    private static final String PLACE = "journal/signing_key/" + KEY;

    private final Seals seals;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Clock clock;
    private volatile @Nullable KeyPair inUse;

    CheckpointKeys(Seals seals, TenantTransactions transactions, JdbcTemplate database, Clock clock) {
        this.seals = seals;
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    /** Outside of any tenant's transaction, because the key is the fleet's. */
    KeyPair key() {
        KeyPair known = inUse;
        if (known == null) {
            known = transactions.in(TenantId.FLEET, () -> stored().orElseGet(this::made));
            inUse = known;
        }
        return known;
    }

    private Optional<KeyPair> stored() {
        List<KeyPair> found = database.query(
                "select sealed, public_key from audit.signing_key where tenant_id = ? and key = ?",
                (row, index) -> pair(row.getBytes("sealed"), row.getBytes("public_key")),
                TenantId.FLEET.value(),
                KEY);
        return found.stream().findFirst();
    }

    /** If another node is faster, its key is taken. */
    private KeyPair made() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            int unused = database.update(
                    "insert into audit.signing_key (tenant_id, key, sealed, public_key, created_at)"
                            + " values (?, ?, ?, ?, ?) on conflict do nothing",
                    TenantId.FLEET.value(),
                    KEY,
                    seals.seal(TenantId.FLEET, PLACE, pair.getPrivate().getEncoded()),
                    pair.getPublic().getEncoded(),
                    clock.instant().atOffset(ZoneOffset.UTC));
            return stored().orElseThrow();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every JDK has Ed25519", missing);
        }
    }

    private KeyPair pair(byte[] sealed, byte[] publicKey) {
        try {
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            return new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(publicKey)),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(seals.open(TenantId.FLEET, PLACE, sealed))));
        } catch (GeneralSecurityException damaged) {
            throw new IllegalStateException("The key that signs checkpoints is damaged", damaged);
        }
    }
}
