package tenancy.registry;

import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A workspace, for lists. */
@Entity
@Table(schema = "tenancy", name = "workspace")
@NullUnmarked
class WorkspaceRow {

    @EmbeddedId
    private RowKey id;

    private String name;
    private Instant createdAt;

    WorkspaceRow() {}

    WorkspaceRow(RowKey id, String name, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.createdAt = createdAt;
    }

    void rename(String toName) {
        name = toName;
    }

    WorkspaceView view() {
        return new WorkspaceView(id.key(), name, createdAt);
    }
}
