package tenancy.registry;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A tenant, for lists. */
@Entity
@Table(schema = "tenancy", name = "tenant")
@NullUnmarked
class TenantRow {

    @Id
    private String tenantId;

    private String name;
    private String quotaClass;
    private Instant createdAt;

    TenantRow() {}

    TenantRow(String tenantId, String name, String quotaClass, Instant createdAt) {
        this.tenantId = tenantId;
        this.name = name;
        this.quotaClass = quotaClass;
        this.createdAt = createdAt;
    }

    void change(String toName, String toQuotaClass) {
        name = toName;
        quotaClass = toQuotaClass;
    }
}
