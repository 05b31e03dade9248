package quota;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.jspecify.annotations.NullUnmarked;

/** A quota class as queries see it; all of them belong to the fleet. */
@Entity
@Table(schema = "quota", name = "quota_class")
@NullUnmarked
class QuotaClassRow {

    @Embeddable
    record Key(String tenantId, String name) implements Serializable {}

    @EmbeddedId
    private Key key;

    private long version;
    private long requestsPerSecond;
    private long burst;
    private long concurrentRuns;
    private long toolCallsPerDay;
    private long weight;
    private long maxParallelActions;
    private long queuedActions;
    /** Further limits by name, as a JSON object. */
    private String counted;

    protected QuotaClassRow() {}

    QuotaClassRow(Key key, Limits limits, String counted, long version) {
        this.key = key;
        this.version = version;
        this.requestsPerSecond = limits.requestsPerSecond();
        this.burst = limits.burst();
        this.concurrentRuns = limits.concurrentRuns();
        this.toolCallsPerDay = limits.toolCallsPerDay();
        this.weight = limits.weight();
        this.maxParallelActions = limits.maxParallelActions();
        this.queuedActions = limits.queuedActions();
        this.counted = counted;
    }
}
