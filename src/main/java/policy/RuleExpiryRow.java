package policy;

import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** When the next rule of a profile's version in force ends. */
@Entity
@Table(schema = "policy", name = "rule_expiry")
@NullUnmarked
class RuleExpiryRow {

    @Embeddable
    record Key(String tenantId, String profile) implements Serializable {}

    @EmbeddedId
    private Key key;

    private Instant dueAt;

    protected RuleExpiryRow() {}

    RuleExpiryRow(Key key, Instant dueAt) {
        this.key = key;
        this.dueAt = dueAt;
    }
}
