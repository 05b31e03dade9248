package journal;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of lanes, journal and projections.
 *
 * @param allowUnsafeDurability run on a PostgreSQL that may lose what it acknowledged
 * @param laneBatch most commands of one tenant that are decided and committed together
 * @param laneCapacity most commands of one tenant that may wait
 * @param drain how long a stopping node finishes what waits in its lanes
 * @param commitDeadline how long a lane waits for its commit before its callers hear that the journal is unavailable
 * @param statementTimeout after which PostgreSQL gives a statement of the writer up; 100 ms to under 30 s
 * @param aggregateMemory most memory, about, for aggregates that are held ready
 * @param snapshotEvery events of one aggregate after which its state is stored
 * @param projectionBatch events that a projection handles in one transaction
 * @param gapTimeout how long projections look for events that others may still be committing out of order
 */
@ConfigurationProperties("firebreak.journal")
record JournalSettings(
        @DefaultValue("false") boolean allowUnsafeDurability,
        @DefaultValue("64") int laneBatch,
        @DefaultValue("10000") int laneCapacity,
        @DefaultValue("2s") Duration drain,
        @DefaultValue("10s") Duration commitDeadline,
        @DefaultValue("5s") Duration statementTimeout,
        @DefaultValue("64MB") DataSize aggregateMemory,
        @DefaultValue("1000") int snapshotEvery,
        @DefaultValue("200") int projectionBatch,
        @DefaultValue("10s") Duration gapTimeout) {

    private static final long SMALLEST_MEMORY = 1024 * 1024;
    private static final Duration SHORTEST_STATEMENT = Duration.ofMillis(100);
    /** For so long a worker looks for a start whose commit nobody confirmed. */
    private static final Duration TOO_LONG_STATEMENT = Duration.ofSeconds(30);

    JournalSettings {
        if (laneBatch < 1
                || laneCapacity < laneBatch
                || aggregateMemory.toBytes() < SMALLEST_MEMORY
                || snapshotEvery < 2
                || snapshotEvery > 1_000_000) {
            throw new IllegalArgumentException("firebreak.journal: lane-batch must be 1 or more, lane-capacity at"
                    + " least lane-batch, aggregate-memory at least 1MB, snapshot-every 2 to 1000000");
        }
        if (statementTimeout.compareTo(SHORTEST_STATEMENT) < 0 || statementTimeout.compareTo(TOO_LONG_STATEMENT) >= 0) {
            throw new IllegalArgumentException(
                    "firebreak.journal.statement-timeout must be 100ms to under 30s: a statement that comes about later"
                            + " than that would start an action that nobody looks for any more");
        }
        if (gapTimeout.compareTo(statementTimeout) <= 0) {
            throw new IllegalArgumentException(
                    "firebreak.journal.gap-timeout must exceed statement-timeout: projections"
                            + " would pass over events that are still being committed");
        }
    }
}
