package secrets.sealing;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Conflict;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Each tenant's data key, as it is stored: wrapped. Whoever is first makes it, and the others take that one. */
@Component
class DataKeys {

    private static final String READ = "select wrapping_key, wrapped from secrets.data_key where tenant_id = ?";
    /** The wrapping key cannot be dropped while this is under way, and one that is no longer in force wraps nothing new. */
    private static final String MAKE = """
        with wrapping as (
            select from secrets.wrapping_key where tenant_id = ? and wrapping_key = ?
                and promoted = (select max(promoted) from secrets.wrapping_key)
                and not exists (select from secrets.erased_tenant where tenant_id = ?) for share)
        insert into secrets.data_key (tenant_id, wrapping_key, wrapped, created_at)
        select ?, ?, ?, ? from wrapping on conflict do nothing\
        """;

    private static final String WRAP_AGAIN = """
        with wrapping as (
            select from secrets.wrapping_key where tenant_id = ? and wrapping_key = ? for share)
        update secrets.data_key set wrapping_key = ?, wrapped = ?
        where tenant_id = ? and wrapping_key = ? and exists (select from wrapping)\
        """;
    private static final String OTHERS = """
        select tenant_id from secrets.data_key where wrapping_key <> ? and tenant_id > ? order by tenant_id limit ?\
        """;
    private static final String ERASED = "select erased_at from secrets.erased_tenant where tenant_id = ?";
    private static final int MOST_TRIES = 5;

    private final Keyring keyring;
    private final TenantTransactions transactions;
    private final JdbcTemplate ofTenant;
    private final JdbcTemplate system;
    private final Clock clock;

    DataKeys(
            Keyring keyring,
            TenantTransactions transactions,
            JdbcTemplate ofTenant,
            @Qualifier("systemDataSource") DataSource system,
            Clock clock) {
        this.keyring = keyring;
        this.transactions = transactions;
        this.ofTenant = ofTenant;
        this.system = new JdbcTemplate(system);
        this.clock = clock;
    }

    private record Wrapped(String wrappingKey, byte[] bytes) {}

    /** The tenant's key, if it has one. */
    Optional<Aead> find(TenantId tenant) throws GeneralSecurityException {
        Optional<Wrapped> found = read(tenant);
        return found.isEmpty() ? Optional.empty() : Optional.of(Keysets.aead(unwrap(tenant, found.get())));
    }

    /**
     * The tenant's key, made if there is none. It is committed on its own: what a caller rolls back does not take the key
     * away from those who sealed with it meanwhile.
     */
    Aead findOrMake(TenantId tenant) throws GeneralSecurityException {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Optional<Aead> found = find(tenant);
            if (found.isPresent()) {
                return found.get();
            }
            make(tenant);
        }
        if (isErased(tenant)) {
            throw new Conflict("tenant_erased", "The tenant was erased: nothing can be sealed for it any more.");
        }
        throw new IllegalStateException("The data key of %s could not be made".formatted(tenant));
    }

    private boolean isErased(TenantId tenant) {
        return !system.queryForList(ERASED, tenant.value()).isEmpty();
    }

    private void make(TenantId tenant) throws GeneralSecurityException {
        String wrapping = keyring.inForce();
        byte[] wrapped = Keysets.wrapped(Keysets.newKey(), keyring.key(wrapping), associated(tenant));
        int unused = system.update(
                MAKE,
                TenantId.FLEET.value(),
                wrapping,
                tenant.value(),
                tenant.value(),
                wrapping,
                wrapped,
                clock.instant().atOffset(ZoneOffset.UTC));
    }

    /** Some tenants whose keys another key wraps than this one, in order. */
    List<TenantId> notWrappedBy(String wrapping, String after, int most) {
        return system.query(OTHERS, (row, number) -> new TenantId(row.getString("tenant_id")), wrapping, after, most);
    }

    /** Wraps the same data key with this key instead; false if somebody else has just done so. */
    boolean wrapAgain(TenantId tenant, String wrapping) throws GeneralSecurityException {
        Optional<Wrapped> found = read(tenant);
        if (found.isEmpty() || found.get().wrappingKey().equals(wrapping)) {
            return false;
        }
        byte[] again = Keysets.wrapped(unwrap(tenant, found.get()), keyring.key(wrapping), associated(tenant));
        return system.update(
                        WRAP_AGAIN,
                        TenantId.FLEET.value(),
                        wrapping,
                        wrapping,
                        again,
                        tenant.value(),
                        found.get().wrappingKey())
                == 1;
    }

    private KeysetHandle unwrap(TenantId tenant, Wrapped wrapped) throws GeneralSecurityException {
        return Keysets.unwrapped(wrapped.bytes(), keyring.key(wrapped.wrappingKey()), associated(tenant));
    }

    private Optional<Wrapped> read(TenantId tenant) {
        return transactions.in(
                tenant,
                () -> ofTenant
                        .query(
                                READ,
                                (row, number) -> new Wrapped(row.getString("wrapping_key"), row.getBytes("wrapped")),
                                tenant.value())
                        .stream()
                        .findFirst());
    }

    private static byte[] associated(TenantId tenant) {
        return ("firebreak/data_key/" + tenant).getBytes(StandardCharsets.UTF_8);
    }
}
