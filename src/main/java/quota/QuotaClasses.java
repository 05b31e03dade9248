package quota;

import tenancy.TenantId;

/** How much each tenant may use. Answered from memory, without waiting, for those outside the tenant's lane. */
public interface QuotaClasses {

    /**
     * The limits in force: those of the class, with the tenant's overrides. A change is in force here as soon as it is
     * committed.
     *
     * @throws UnknownQuotaClass if nobody defined the class
     */
    Limits limits(TenantId tenant, String quotaClass);
}
