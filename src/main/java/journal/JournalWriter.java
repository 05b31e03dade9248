package journal;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes whatever lane batches wait, of any tenants, and commits them together. One thread: it waits for PostgreSQL, it
 * does not compute, and on one node the order of commits is then the order of events.
 */
class JournalWriter implements SmartLifecycle {

    /** After the lanes have drained. */
    static final int PHASE = TenantLanes.PHASE - 1;

    private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);
    private static final int MOST_WAITING = 2_048;
    private static final int MOST_EVENTS_A_GROUP = 4_096;
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration WHILE_AWAY = Duration.ofSeconds(1);
    private static final Duration LOOKS_EVERY = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofMillis(100);

    private final JournalConnection connection;
    private final GroupCommit commit;
    private final Duration deadline;
    private final BlockingQueue<Append> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    /** Those whose lanes wait; some may have been answered since the last look. */
    private final Queue<Append> unanswered = new ConcurrentLinkedQueue<>();

    private final DistributionSummary groups;
    private final Timer commits;
    private volatile boolean running;
    private volatile boolean ended;
    private @Nullable Thread thread;

    JournalWriter(JournalConnection connection, GroupCommit commit, JournalSettings settings, MeterRegistry meters) {
        this.connection = connection;
        this.commit = commit;
        this.deadline = settings.commitDeadline();
        this.groups = DistributionSummary.builder("journal.group")
                .description("Lane batches committed together")
                .register(meters);
        this.commits = Timer.builder("journal.commit")
                .description("Time a lane waits until its batch is durable")
                .register(meters);
        meters.gauge("journal.waiting", waiting, BlockingQueue::size);
    }

    /**
     * Returns when the append is durable. On the lane's thread.
     *
     * @throws JournalUnavailable if that was not known in time
     * @throws ShuttingDown if the writer has ended: nothing was written
     */
    void write(Append append) {
        long start = System.nanoTime();
        try {
            // Once the database was away for a whole deadline, nobody else is kept waiting for as long.
            Duration patience = commit.reachable() ? deadline : WHILE_AWAY;
            append.due(start + patience.toNanos());
            if (!waiting.offer(append, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw JournalUnavailable.nothingRecorded(deadline);
            }
            // Not with a time limit: a timer set and cancelled for each batch costs more than to hand it over.
            unanswered.add(append);
            if (ended && append.abandon()) {
                throw new ShuttingDown();
            }
            append.done().get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : new EventStoreException("", failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw JournalUnavailable.outcomeUnknown(deadline);
        } finally {
            commits.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    /** The writer itself answers at the deadline; this is for the case that it cannot. */
    private void watchDeadlines() {
        while (running || !unanswered.isEmpty()) {
            unanswered.removeIf(this::answered);
            LockSupport.parkNanos(LOOKS_EVERY.toNanos());
        }
    }

    private boolean answered(Append append) {
        if (!append.done().isDone() && append.overdueBy(GRACE)) {
            append.done()
                    .completeExceptionally(
                            append.abandon()
                                    ? JournalUnavailable.nothingRecorded(deadline)
                                    : JournalUnavailable.outcomeUnknown(deadline));
        }
        return append.done().isDone();
    }

    private void run() {
        List<Append> group = new ArrayList<>();
        while (running || !waiting.isEmpty()) {
            try {
                group.clear();
                gather(group);
                if (!group.isEmpty()) {
                    groups.record(group.size());
                    commit.write(List.copyOf(group));
                }
            } catch (InterruptedException stopping) {
                break;
            } catch (RuntimeException | Error bug) {
                log.error("The journal writer failed", bug);
                group.forEach(append -> append.done().completeExceptionally(bug));
            }
        }
        end();
    }

    /** Whatever was handed over too late is refused: nobody would ever answer it. */
    private void end() {
        ended = true;
        for (Append append = waiting.poll(); append != null; append = waiting.poll()) {
            if (append.abandon()) {
                append.done().completeExceptionally(new ShuttingDown());
            }
        }
        connection.close();
    }

    private void gather(List<Append> group) throws InterruptedException {
        int events = 0;
        for (Append append = waiting.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                append != null;
                append = events < MOST_EVENTS_A_GROUP ? waiting.poll() : null) {
            if (append.take()) {
                group.add(append);
                events += append.events().size();
            }
        }
    }

    @Override
    public void start() {
        try {
            connection.get();
        } catch (java.sql.SQLException unreachable) {
            throw new IllegalStateException("The journal cannot reach its database", unreachable);
        }
        ended = false;
        running = true;
        thread = Thread.ofPlatform().name("journal-writer").daemon().start(this::run);
        Thread.ofPlatform().name("journal-deadlines").daemon().start(this::watchDeadlines);
    }

    @Override
    public void stop() {
        running = false;
        Thread writer = thread;
        if (writer == null) {
            return;
        }
        try {
            if (!writer.join(Duration.ofSeconds(2))) {
                writer.interrupt();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
