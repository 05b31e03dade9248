package tenancy.registry;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.io.Serializable;

/** The primary key of a tenant's row: the tenant first. */
@Embeddable
record RowKey(
        @Column(name = "tenant_id") String tenantId,
        @Column(name = "key") String key) implements Serializable {}
