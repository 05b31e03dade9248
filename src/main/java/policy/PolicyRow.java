package policy;

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

    protected PolicyRow() {}

    PolicyRow(Key key, String document, String comment, Instant publishedAt, @Nullable String publishedBy) {
        this.key = key;
        this.document = document;
        this.comment = comment;
        this.publishedAt = publishedAt;
        this.publishedBy = publishedBy;
    }

    String profile() {
        return key.profile();
    }

    long version() {
        return key.version();
    }

    String document() {
        return document;
    }

    String comment() {
        return comment;
    }

    Instant publishedAt() {
        return publishedAt;
    }

    @Nullable
    String publishedBy() {
        return publishedBy;
    }
}
