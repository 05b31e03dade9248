package journal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import journal.RebuildLog.Compared;
import journal.RebuildLog.State;
import journal.Shadows.Digest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.NotFound;
import tenancy.RebuiltTables;

/**
 * Makes projections again from the journal while the old ones serve. Copies of their tables are filled from every tenant's
 * stream, compared with the tables at one moment, brought up to the last entry while the tables stand still, and put in
 * their places, in one transaction. One at a time on all nodes.
 */
class Rebuilds implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Rebuilds.class);

    /** Copies are near enough when so few entries are missing that writers may wait for them. */
    private static final long NEAR = 2_000;
    /** Looks at the journal's end before it is taken as it is: writers that are faster are then waited for. */
    private static final int MOST_PASSES = 50;

    /** What the copies may miss when the tables are stopped: everybody waits until they have it. */
    private static final long CLOSE = 200;

    private static final int MOST_LAST_PASSES = 10;

    private static final int MOST_TRIES = 200;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    private static final Duration LONGEST_BETWEEN_TRIES = Duration.ofSeconds(5);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

    private final Map<String, RebuiltTables> projections = new TreeMap<>();
    private final Shadowed shadowed;
    private final DataSource everyTenant;
    private final RebuildLog history;
    private final Clock clock;
    private volatile boolean running;
    private volatile @Nullable Thread worker;

    Rebuilds(
            Collection<RebuiltTables> declared,
            Shadowed shadowed,
            DataSource everyTenant,
            RebuildLog history,
            Clock clock) {
        declared.forEach(each -> {
            if (projections.put(each.name(), each) != null) {
                throw new IllegalStateException("Two modules call tables %s".formatted(each.name()));
            }
        });
        this.shadowed = shadowed;
        this.everyTenant = everyTenant;
        this.history = history;
        this.clock = clock;
    }

    /** Where the copies of one projection are, tenant by tenant. */
    private static final class Progress {

        private final Map<String, Long> positions = new HashMap<>();
        private long passed;
        private long told = System.nanoTime();
    }

    /** The platform stops: the copies are dropped. */
    private static final class Stopped extends RuntimeException {
        Stopped() {
            super("The platform was stopped.");
        }
    }

    Collection<RebuiltTables> projections() {
        return projections.values();
    }

    RebuiltTables projection(String name) {
        return Optional.ofNullable(projections.get(name)).orElseThrow(() -> new NotFound("projection", name));
    }

    /**
     * Begins; what became of it is in the log.
     *
     * @param by the principal that wants it
     */
    void begin(String name, String by) {
        RebuiltTables projection = projection(name);
        Shadows shadows = Shadows.take(everyTenant);
        if (shadows == null) {
            throw new RebuildUnderWay();
        }
        try {
            // Whoever holds the lock knows that nobody else is at it, whatever was written down.
            history.interrupted(clock.instant());
            history.begin(name, by, clock.instant());
            worker = Thread.ofPlatform().daemon().name("rebuild").start(() -> run(projection, shadows));
        } catch (RuntimeException failed) {
            shadows.close();
            throw failed;
        }
    }

    private void run(RebuiltTables projection, Shadows shadows) {
        String name = projection.name();
        try (shadows) {
            rebuild(projection, shadows);
            history.end(name, State.DONE, null, clock.instant());
        } catch (RuntimeException | Error failed) {
            boolean stopped = failed instanceof Stopped;
            if (!stopped) {
                log.warn("Projection {} could not be rebuilt: the old one serves on", name, failed);
            }
            history.end(
                    name,
                    stopped ? State.INTERRUPTED : State.FAILED,
                    stopped ? null : "It failed: the log of the platform says why. The old one serves on.",
                    clock.instant());
        }
    }

    private void rebuild(RebuiltTables projection, Shadows shadows) {
        Shadowed.Copy copy = shadowed.copy(projection);
        Pace pace = shadowed.pace();
        shadows.open(projection.tables());
        var progress = new Progress();
        catchUp(copy, progress, pace, NEAR, MOST_PASSES);
        compare(projection, copy, progress, shadows, pace);
        shadows.analyze(projection.tables());
        for (int tries = 1; !swapped(projection, copy, progress, shadows, pace); tries++) {
            if (tries == MOST_TRIES) {
                throw new IllegalStateException("Others used the tables all the time");
            }
            pause(tries);
        }
        history.progress(projection.name(), progress.passed, progress.passed);
    }

    /** Until no more than so many entries are missing, or writers are faster than that. */
    private void catchUp(Shadowed.Copy copy, Progress progress, Pace pace, long near, int mostPasses) {
        long before = Long.MAX_VALUE;
        for (int pass = 0; pass < mostPasses; pass++) {
            long missing = follow(copy, progress, copy.heads(shadowed.everyTenant()), pace);
            if (missing < near) {
                return;
            }
            if (missing > before / 2) {
                pace.quicken();
            }
            before = missing;
        }
    }

    private boolean swapped(
            RebuiltTables projection, Shadowed.Copy copy, Progress progress, Shadows shadows, Pace pace) {
        catchUp(copy, progress, pace, CLOSE, MOST_LAST_PASSES);
        var complete = new AtomicBoolean();
        return shadows.swap(projection.tables(), () -> {
            pace.hurried(() -> {
                Map<String, Long> heads = copy.heads(shadowed.everyTenant());
                complete.set(
                        copy.mayCatchUpWhileTablesStandStill()
                                ? follow(copy, progress, heads, pace) >= 0
                                : missing(progress, heads) == 0);
            });
            return complete.get();
        });
    }

    private static long missing(Progress progress, Map<String, Long> heads) {
        long missing = 0;
        for (var head : heads.entrySet()) {
            missing += head.getValue() - progress.positions.getOrDefault(head.getKey(), 0L);
        }
        return missing;
    }

    /** Brings the copies up to these entries; tells how many were missing. */
    private long follow(Shadowed.Copy copy, Progress progress, Map<String, Long> heads, Pace pace) {
        long missing = missing(progress, heads);
        long total = progress.passed + missing;
        copy.follow(
                heads,
                progress.positions,
                passed -> {
                    if (!running) {
                        throw new Stopped();
                    }
                    progress.passed += passed;
                    if (System.nanoTime() - progress.told > PROGRESS_EVERY.toNanos()) {
                        progress.told = System.nanoTime();
                        history.progress(copy.name(), progress.passed, total);
                    }
                },
                pace);
        return missing;
    }

    /** What the tables hold at one moment, against what the journal of that moment makes, but for what is forgotten. */
    private void compare(RebuiltTables projection, Shadowed.Copy copy, Progress progress, Shadows shadows, Pace pace) {
        record Seen(Map<String, Long> heads, Map<String, Digest> digests) {}
        Instant now = clock.instant();
        shadowed.forget(projection, now, UnaryOperator.identity());
        Seen live = shadows.seen(
                moment -> new Seen(copy.heads(moment), Shadows.digests(moment, projection.tables(), pace)));
        var unused = follow(copy, progress, live.heads(), pace);
        shadowed.forget(projection, now, statement -> ShadowNames.turned(statement, projection.tables()));
        Map<String, Digest> made = shadows.seen(moment -> Shadows.digests(
                moment, projection.tables().stream().map(ShadowNames::of).toList(), pace));
        List<Compared> compared = new ArrayList<>();
        live.digests().forEach((table, was) -> {
            Digest is = made.getOrDefault(ShadowNames.of(table), new Digest(0, ""));
            compared.add(new Compared(table, was.rows(), was.digest(), is.rows(), is.digest(), was.equals(is)));
        });
        history.compared(projection.name(), compared);
    }

    /** Longer and longer: whoever wants the tables has waited behind each try. */
    private void pause(int tries) {
        long until = System.nanoTime()
                + Math.min(BETWEEN_TRIES.multipliedBy(tries).toNanos(), LONGEST_BETWEEN_TRIES.toNanos());
        while (System.nanoTime() < until) {
            if (!running) {
                throw new Stopped();
            }
            LockSupport.parkNanos(Math.min(until - System.nanoTime(), BETWEEN_TRIES.toNanos()));
        }
    }

    /** Clears away what a process left that died. */
    @Override
    public void start() {
        running = true;
        try (Shadows left = Shadows.take(everyTenant)) {
            if (left != null) {
                history.interrupted(clock.instant());
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        Thread busy = worker;
        if (busy != null) {
            try {
                busy.join(Duration.ofSeconds(2));
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
