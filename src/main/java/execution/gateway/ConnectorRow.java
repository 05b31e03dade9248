package execution.gateway;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A tenant's connector in the version in force; earlier versions are in the journal. */
@Entity
@Table(schema = "execution", name = "connector")
@NullUnmarked
class ConnectorRow {

    @Embeddable
    record Key(String tenantId, String system) implements Serializable {}

    @EmbeddedId
    private Key key;

    private long version;
    private String digest;

    @ColumnTransformer(write = "?::jsonb")
    @Column(columnDefinition = "jsonb")
    private String document;

    private Instant definedAt;
    private @Nullable String definedBy;

    protected ConnectorRow() {}

    ConnectorRow(Key key, long version, String digest, String document, Instant definedAt, @Nullable String definedBy) {
        this.key = key;
        this.version = version;
        this.digest = digest;
        this.document = document;
        this.definedAt = definedAt;
        this.definedBy = definedBy;
    }

    ConnectorView view() {
        return new ConnectorView(key.system(), version, digest, definedAt, CanonicalJson.read(document, ""));
    }
}
