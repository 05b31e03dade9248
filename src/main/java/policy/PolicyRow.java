package policy;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Locale;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** One version of a tenant's profile; all versions are kept. */
@Entity
@Table(schema = "policy", name = "policy_version")
@NullUnmarked
class PolicyRow {

    @Embeddable
    record Key(String tenantId, String profile, long version) implements Serializable {}

    @EmbeddedId
    private Key key;

    @ColumnTransformer(write = "?::jsonb")
    @Column(columnDefinition = "jsonb")
    private String document;

    private String comment;
    private Instant publishedAt;
    private @Nullable String publishedBy;
    private @Nullable Long fromVersion;
    private String mode;

    protected PolicyRow() {}

    private PolicyRow(Key key, String document) {
        this.key = key;
        this.document = document;
    }

    static PolicyRow of(String tenant, PublishedPolicy version, String document) {
        var row = new PolicyRow(new Key(tenant, version.profile(), version.version()), document);
        row.comment = version.comment();
        row.publishedAt = version.publishedAt();
        row.publishedBy = version.publishedBy();
        row.fromVersion = version.fromVersion();
        row.mode = version.mode().name().toLowerCase(Locale.ROOT);
        return row;
    }

    /** @param read what the row's own document says */
    PublishedPolicy shown(PolicyDocument read) {
        return new PublishedPolicy(
                key.profile(),
                key.version(),
                read,
                comment,
                publishedAt,
                publishedBy,
                fromVersion,
                Mode.valueOf(mode.toUpperCase(Locale.ROOT)));
    }

    String document() {
        return document;
    }
}
