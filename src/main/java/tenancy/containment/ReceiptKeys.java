package tenancy.containment;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.KeySeal;
import tenancy.Signatures;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.json.JsonMapper;

/** Signs receipts and certificates with the installation's own Ed25519 key: made once, kept sealed, the same on all nodes. */
@Component
class ReceiptKeys implements Signatures {

    private static final String ALGORITHM = "Ed25519";
    private static final String KEY = "ed25519-1";
    private static final String PLACE = "containment/receipt_key/" + KEY;
    private static final int ID_BYTES = 8;

    private final ObjectProvider<KeySeal> seal;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final JsonMapper json;
    private final Clock clock;
    private volatile @Nullable KeyPair inUse;

    ReceiptKeys(
            ObjectProvider<KeySeal> seal,
            TenantTransactions transactions,
            JdbcTemplate database,
            JsonMapper json,
            Clock clock) {
        this.seal = seal;
        this.transactions = transactions;
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    SignedReceipt sign(ContainmentReceipt receipt) {
        return new SignedReceipt(receipt, sign(json.writeValueAsString(receipt).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public Proof sign(byte[] payload) {
        KeyPair pair = key();
        try {
            Signature signer = Signature.getInstance(ALGORITHM);
            signer.initSign(pair.getPrivate());
            signer.update(payload);
            Base64.Encoder base64 = Base64.getEncoder();
            return new Proof(
                    base64.encodeToString(payload), base64.encodeToString(signer.sign()), id(pair.getPublic()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("A receipt could not be signed", impossible);
        }
    }

    /** The first eight bytes of the key's SHA-256, in hex. */
    static String id(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(Arrays.copyOf(digest, ID_BYTES));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every JDK has SHA-256", missing);
        }
    }

    PublicKey publicKey() {
        return key().getPublic();
    }

    /** Outside of any tenant's transaction, because the key is the fleet's. */
    private KeyPair key() {
        KeyPair known = inUse;
        if (known == null) {
            known = transactions.in(TenantId.FLEET, () -> stored().orElseGet(this::made));
            inUse = known;
        }
        return known;
    }

    private Optional<KeyPair> stored() {
        List<KeyPair> found = database.query(
                "select sealed, public_key from tenancy.receipt_key where tenant_id = ? and key = ?",
                (row, index) -> pair(row.getBytes("sealed"), row.getBytes("public_key")),
                TenantId.FLEET.value(),
                KEY);
        return found.stream().findFirst();
    }

    /** If another node is faster, its key is taken. */
    private KeyPair made() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            int unused = database.update(
                    "insert into tenancy.receipt_key (tenant_id, key, sealed, public_key, created_at)"
                            + " values (?, ?, ?, ?, ?) on conflict do nothing",
                    TenantId.FLEET.value(),
                    KEY,
                    seal.getObject()
                            .seal(TenantId.FLEET, PLACE, pair.getPrivate().getEncoded()),
                    pair.getPublic().getEncoded(),
                    clock.instant().atOffset(ZoneOffset.UTC));
            return stored().orElseThrow();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every JDK has Ed25519", missing);
        }
    }

    private KeyPair pair(byte[] sealed, byte[] publicKey) {
        try {
            KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
            return new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(publicKey)),
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(seal.getObject().open(TenantId.FLEET, PLACE, sealed))));
        } catch (GeneralSecurityException damaged) {
            throw new IllegalStateException("The key that signs receipts is damaged", damaged);
        }
    }
}
