package execution;

import execution.ActionCommand.RecoverAction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tenancy.TenantCommands;

/**
 * Keeps the slots supplied. Most of the time actions find their slots by themselves; this takes over what an earlier
 * process left, reads the table for tenants with more than memory holds, and looks for what memory does not know.
 */
@Component
class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    /** Before the web server, so that what the table holds is counted before anything is added; stopped after it. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private static final int RECOVERED_AT_A_TIME = 500;
    private static final int PAGE = 5_000;
    private static final Duration LONG_ENOUGH_TO_BE_KNOWN = Duration.ofSeconds(2);
    /** With all slots busy nothing is urgent: then the table is searched only every so often. */
    private static final int BUSY_SWEEPS = 30;

    private final Backlog backlog;
    private final QueueTable table;
    private final TenantCommands commands;
    private final Worker worker;
    private final ExecutionSettings settings;
    private final Clock clock;
    private List<Waiting> interrupted = List.of();
    private String searchedTenant = "";
    private String searchedAction = "";
    private int sweeps;
    private @Nullable Thread loop;
    private volatile boolean running;
    private volatile @Nullable Instant lastSweep;

    Dispatcher(
            Backlog backlog,
            QueueTable table,
            TenantCommands commands,
            Worker worker,
            ExecutionSettings settings,
            Clock clock) {
        this.backlog = backlog;
        this.table = table;
        this.commands = commands;
        this.worker = worker;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void start() {
        interrupted = table.started();
        table.counts().forEach(count -> backlog.found(count.tenant(), count.pool(), count.waiting()));
        running = true;
        loop = Thread.ofPlatform().daemon().name("dispatcher").start(this::run);
    }

    /** Running actions may end; no other is started. */
    @Override
    public void stop() {
        running = false;
        backlog.pools().forEach(Pool::close);
        Thread thread = loop;
        try {
            if (thread != null) {
                thread.interrupt();
                thread.join(settings.drain());
            }
            long deadline = System.nanoTime() + settings.drain().toNanos();
            while (backlog.running() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(Duration.ofMillis(10));
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        worker.stop();
        if (backlog.running() > 0) {
            log.warn("{} actions still run: what came of them is found out at the next start", backlog.running());
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

    /** When the last sweep ended; absent until the first has. */
    @Nullable
    Instant lastSweep() {
        return lastSweep;
    }

    private void run() {
        try {
            while (running && !recovered()) {
                Thread.sleep(settings.sweep());
            }
            backlog.pools().forEach(Pool::open);
            while (running) {
                tried(this::sweep);
                long next = System.nanoTime() + settings.sweep().toNanos();
                while (running && backlog.awaitHunger(Duration.ofNanos(next - System.nanoTime()))) {
                    tried(this::feed);
                }
            }
        } catch (InterruptedException stopped) {
            // This is how a stop ends the waiting.
        }
    }

    private void tried(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failed) {
            if (running) {
                log.warn("The queue could not be read; it is read again in {}", settings.sweep(), failed);
            }
        }
    }

    /** What an earlier process had started: queued again if it may be repeated, else of unknown outcome. */
    private boolean recovered() {
        List<Waiting> left = new ArrayList<>();
        for (int from = 0; from < interrupted.size(); from += RECOVERED_AT_A_TIME) {
            List<Waiting> some = interrupted.subList(from, Math.min(from + RECOVERED_AT_A_TIME, interrupted.size()));
            List<CompletableFuture<ActionState>> answers = some.stream()
                    .map(action -> commands.<ActionState>send(
                            action.context(), new RecoverAction(action.action(), clock.instant())))
                    .toList();
            for (int i = 0; i < some.size(); i++) {
                try {
                    var unused = answers.get(i).join();
                } catch (CompletionException failed) {
                    log.warn("Action {} could not be recovered yet", some.get(i).action(), failed.getCause());
                    left.add(some.get(i));
                }
            }
        }
        interrupted = left;
        return left.isEmpty();
    }

    private void sweep() {
        backlog.refreshLimits();
        backlog.pools().forEach(Pool::chargeRunning);
        feed();
        boolean room = backlog.pools().stream().anyMatch(Pool::hasRoom);
        if (room || sweeps++ % BUSY_SWEEPS == 0) {
            search();
        }
        lastSweep = clock.instant();
    }

    /** Reads the table on for tenants that memory holds few actions of. */
    private void feed() {
        for (Pool pool : backlog.pools()) {
            for (Pool.Hungry hungry : pool.hungry()) {
                pool.fed(hungry, table.waiting(pool.name(), hungry), backlog::limitsOf);
            }
        }
    }

    /** One page a sweep, round and round: what was committed and not offered is found within seconds. */
    private void search() {
        Instant known = clock.instant().minus(LONG_ENOUGH_TO_BE_KNOWN);
        List<Waiting> found = table.older(known, searchedTenant, searchedAction, PAGE);
        found.forEach(backlog::rediscover);
        boolean more = found.size() == PAGE;
        searchedTenant = more ? found.getLast().tenant() : "";
        searchedAction = more ? found.getLast().action().key() : "";
    }
}
