package execution;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** For how many days a tenant's ended actions can be listed, and what they were about can be read; absent: for ever. */
@Entity
@Table(schema = "execution", name = "retention")
@NullUnmarked
class RetentionRow {

    @Id
    private String tenantId;

    private Integer actionDays;

    private Integer payloadDays;

    protected RetentionRow() {}

    RetentionRow(String tenantId, @Nullable Integer actionDays, @Nullable Integer payloadDays) {
        this.tenantId = tenantId;
        this.actionDays = actionDays;
        this.payloadDays = payloadDays;
    }
}
