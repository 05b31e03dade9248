package secrets;

import org.jspecify.annotations.Nullable;
import tenancy.TenantId;

/** Secrets that a store of the operator's keeps, such as Vault or OpenBao: read when they are leased, never stored here. */
public interface KeptElsewhere {

    /**
     * Reads a tenant's secret at the place that the operator's path template makes of these names. For virtual threads.
     *
     * @throws LeaseRefused {@code secret_unavailable} if there is none, or the store does not answer
     */
    Read read(TenantId tenant, String system, String secret, Mode mode);

    /** Ends the store's own lease: what was read under it stops working there. */
    void end(TenantId tenant, String storeLease);

    /** @param storeLease the store's lease of a dynamic secret; absent where the secret is not dynamic */
    record Read(SecretValue value, @Nullable String storeLease) {}
}
