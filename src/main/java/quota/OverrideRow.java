package quota;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.jspecify.annotations.NullUnmarked;

/** One limit of one tenant, or of a workspace or an agent of it, that differs from the quota class. */
@Entity
@Table(schema = "quota", name = "limit_override")
@NullUnmarked
class OverrideRow {

    @Embeddable
    record Key(String tenantId, String scope, String limitName, String layer) implements Serializable {}

    @EmbeddedId
    private Key key;

    @Column(name = "limit_value")
    private long value;

    private long version;

    protected OverrideRow() {}

    OverrideRow(Key key, long value, long version) {
        this.key = key;
        this.value = value;
        this.version = version;
    }
}
