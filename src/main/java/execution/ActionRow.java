package execution;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.NullUnmarked;

/** Where one action stands, for lists. Written by the journal with the events it follows from; only read here. */
@Entity
@Immutable
@Table(schema = "execution", name = "action")
@IdClass(ActionRow.Key.class)
@NullUnmarked
class ActionRow {

    @Id
    @Column(name = "tenant_id")
    private String tenant;

    @Id
    private String action;

    private String run;
    private String agent;
    private String workspace;
    private String system;
    private String operation;
    private String state;
    private String cause;
    private Instant createdAt;
    private Instant updatedAt;

    /** The primary key, as JPA wants it. */
    record Key(String tenant, String action) implements Serializable {}

    String action() {
        return action;
    }

    ActionSummary summary() {
        return new ActionSummary(
                action,
                run,
                agent,
                workspace,
                system,
                operation,
                ActionState.of(state),
                cause == null ? null : StoredJson.cause(cause),
                createdAt,
                updatedAt);
    }
}
