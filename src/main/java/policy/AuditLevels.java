package policy;

import tenancy.TenantId;

/** How much is kept of what a tenant's actions carry. */
public interface AuditLevels {

    /** As the tenant's own layer has it now. Called inside the tenant's lane, so that the version in force says it. */
    AuditLevel of(TenantId tenant);
}
