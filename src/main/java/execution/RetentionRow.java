package execution;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/** How many days a tenant's ended actions can be listed. */
@Entity
@Table(schema = "execution", name = "retention")
@NullUnmarked
class RetentionRow {

    @Id
    private String tenantId;

    private long actionDays;

    protected RetentionRow() {}

    RetentionRow(String tenantId, long actionDays) {
        this.tenantId = tenantId;
        this.actionDays = actionDays;
    }
}
