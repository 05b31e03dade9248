package tenancy;

/** Tenants whose contents and secrets are destroyed: their past can be read as far as it is readable, and nothing else. */
public interface ErasedTenants {

    /** Whether the tenant was erased; what another node did is known ten seconds later. */
    boolean contains(TenantId tenant);
}
