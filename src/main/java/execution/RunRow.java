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

/** Where one run stands. Written by the journal with the events it follows from; only read here. */
@Entity
@Immutable
@Table(schema = "execution", name = "run")
@IdClass(RunRow.Key.class)
@NullUnmarked
class RunRow {

    @Id
    @Column(name = "tenant_id")
    private String tenant;

    @Id
    private String run;

    private String agent;
    private String workspace;
    private String state;
    private Instant startedAt;
    private Instant endedAt;

    @Column(name = "parent_run")
    private String parent;

    private String cause;

    /** The primary key, as JPA wants it. */
    record Key(String tenant, String run) implements Serializable {}

    String run() {
        return run;
    }

    String agent() {
        return agent;
    }

    Instant startedAt() {
        return startedAt;
    }

    RunView view() {
        return new RunView(
                run,
                agent,
                workspace,
                parent,
                RunState.of(state),
                cause == null ? null : StoredJson.cause(cause),
                startedAt,
                endedAt);
    }
}
