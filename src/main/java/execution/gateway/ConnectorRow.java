package execution.gateway;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A tenant's connector in the version in force; earlier versions are in the journal. */
@Entity
@Table(schema = "execution", name = "connector")
@NullUnmarked
class ConnectorRow {

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<Quarantine>> QUARANTINES = new TypeReference<>() {};

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

    @ColumnTransformer(write = "?::jsonb")
    @Column(columnDefinition = "jsonb")
    private String quarantined = "[]";

    private long catalogueVersion;
    private @Nullable String catalogueDigest;

    protected ConnectorRow() {}

    ConnectorRow(Key key) {
        this.key = key;
    }

    void describe(long newVersion, String newDigest, String newDocument, Instant at, @Nullable String by) {
        version = newVersion;
        digest = newDigest;
        document = newDocument;
        definedAt = at;
        definedBy = by;
    }

    void adopted(long version, String digest) {
        catalogueVersion = version;
        catalogueDigest = digest;
    }

    List<Quarantine> quarantines() {
        return JSON.readValue(quarantined, QUARANTINES);
    }

    void quarantines(List<Quarantine> waiting) {
        quarantined = JSON.writeValueAsString(waiting);
    }

    String system() {
        return key.system();
    }

    long version() {
        return version;
    }

    ConnectorView view() {
        return new ConnectorView(
                key.system(),
                version,
                digest,
                definedAt,
                CanonicalJson.read(document, ""),
                quarantines().stream().map(waits -> waits.view(key.system())).toList(),
                catalogueVersion == 0
                        ? null
                        : new ConnectorView.Adopted(catalogueVersion, digest.equals(catalogueDigest), null));
    }
}
