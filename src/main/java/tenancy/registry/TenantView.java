package tenancy.registry;

import java.time.Instant;

/** A tenant, as the API shows it. */
record TenantView(String tenantId, String name, String quotaClass, Instant createdAt) {}
