package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.FairQueue.Hold;
import execution.FairQueue.Turn;
import execution.FairQueue.Use;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import quota.Limits;
import quota.QuotaClasses;
import tenancy.ActionId;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.TenantId;

/** What waits for a slot, in all pools. The table holds it too; this is how it is found without asking the table. */
@Component
class Backlog {

    private static final Duration PARKED = Duration.ofMinutes(1);

    private final Map<String, Pool> pools = new LinkedHashMap<>();
    private final QuotaClasses classes;
    private final Postures postures;
    private final Cache<ActionId, Boolean> parked = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(10_000)
            .expireAfterWrite(PARKED)
            .build();
    private final Semaphore wake = new Semaphore(0);
    /** Queued actions of each tenant, in memory or in the table only. */
    private final Map<TenantId, Long> queued = new ConcurrentHashMap<>();
    /** The class of each tenant that has something queued: its limits are looked up again while it waits. */
    private final Map<TenantId, String> classOf = new ConcurrentHashMap<>();

    Backlog(
            ExecutionSettings settings,
            QuotaClasses classes,
            Postures postures,
            ObjectProvider<Worker> worker,
            MeterRegistry meters) {
        this.classes = classes;
        this.postures = postures;
        settings.pools().forEach((name, pool) -> {
            Pool made = new Pool(
                    name,
                    pool.slots(),
                    settings.waitingInMemory(),
                    waiting -> restriction(waiting).isPresent(),
                    (from, turn) -> worker.getObject().start(from, turn),
                    this::wake,
                    System::nanoTime);
            pools.put(name, made);
            measure(meters, made);
        });
    }

    private static void measure(MeterRegistry meters, Pool pool) {
        Gauge.builder("execution.queue.depth", pool, Pool::waiting)
                .description("Actions held in memory that wait for a slot")
                .tag("pool", pool.name())
                .register(meters);
        Gauge.builder("execution.slots.used", pool, Pool::running)
                .description("Slots in use")
                .tag("pool", pool.name())
                .register(meters);
        Gauge.builder("execution.slots", pool, Pool::slots)
                .description("Slots there are")
                .tag("pool", pool.name())
                .register(meters);
    }

    Collection<Pool> pools() {
        return pools.values();
    }

    /** Queues an action with the unit of work at hand: it is counted at once, and offered when it is committed. */
    void queue(Waiting action) {
        count(action);
        CurrentUnitOfWork.get().afterCommit(committed -> offer(action));
    }

    private void count(Waiting action) {
        count(action.action().tenant(), 1);
        CurrentUnitOfWork.get().onRollback(undone -> count(action.action().tenant(), -1));
    }

    /**
     * Gives an action a slot with the unit of work at hand, where one is free and it is its turn. It counts as queued until
     * it {@linkplain #leave leaves}. Whoever takes it gives the slot back.
     */
    Optional<Turn> takeAtOnce(Waiting action) {
        Optional<Turn> turn = pool(action.pool()).takeAtOnce(action, limitsOf(action));
        if (turn.isPresent()) {
            count(action);
        }
        return turn;
    }

    /** The action is not queued any more, once the unit of work at hand is committed. */
    void leave(ActionId action) {
        CurrentUnitOfWork.get().afterCommit(committed -> count(action.tenant(), -1));
    }

    /** The action waits again, once the unit of work at hand is committed; what holds it says when it goes on. */
    void waitAgain(ActionId action) {
        CurrentUnitOfWork.get().afterCommit(committed -> count(action.tenant(), 1));
    }

    /** A tenant's postures are others than before: what may not start leaves its line, what may comes back in order. */
    void sift(TenantId tenant) {
        pools.values().forEach(pool -> pool.sift(tenant.value()));
    }

    /**
     * An action had a slot, and was contained when it wanted to start.
     *
     * @param epoch of the postures by which it was held: if they have changed since, the release may have missed it
     */
    void held(Waiting action, long epoch) {
        if (postures.knownEpoch(action.action().tenant()) > epoch) {
            pool(action.pool()).goOn(action.tenant());
        }
    }

    /** Whether an action may not start, as far as this node knows. */
    Optional<Restriction> restriction(Waiting action) {
        return restriction(action.action().tenant(), action.reach());
    }

    Optional<Restriction> restriction(TenantId tenant, Reachable reach) {
        return postures.known(tenant, reach.subject()).filter(reach::isStoppedBy);
    }

    /** The action will not run, once the unit of work at hand is committed. */
    void withdraw(ActionId action, String pool, String system) {
        leave(action);
        CurrentUnitOfWork.get().afterCommit(committed -> pool(pool).withdraw(action, system));
    }

    void offer(Waiting action) {
        pool(action.pool()).offer(action, limitsOf(action));
    }

    /** The limits an action's turn is decided by. Called before each is held, so the tenant's class is known. */
    Limits limitsOf(Waiting action) {
        TenantId tenant = action.action().tenant();
        classOf.put(tenant, action.quotaClass());
        return classes.limits(tenant, action.quotaClass());
    }

    int running() {
        return pools.values().stream().mapToInt(Pool::running).sum();
    }

    Limits limits(TenantId tenant, String quotaClass) {
        return classes.limits(tenant, quotaClass);
    }

    /** An action that could not be started for a reason of ours: others first, and it again in a minute. */
    void park(ActionId action) {
        parked.put(action, Boolean.TRUE);
    }

    /** An action found in the table: offered if it is not known and not parked. */
    void rediscover(Waiting action) {
        if (parked.getIfPresent(action.action()) == null) {
            offer(action);
        }
    }

    /** What the table holds at the start. */
    void found(TenantId tenant, String pool, long waiting) {
        count(tenant, waiting);
        pool(pool).resume(tenant.value());
    }

    long queued(TenantId tenant) {
        return Math.max(0, queued.getOrDefault(tenant, 0L));
    }

    Optional<Hold> hold(TenantId tenant, String pool, String system, String operation) {
        return pool(pool).hold(tenant.value(), system, operation);
    }

    /** What a tenant has in all pools for a system, or for one operation of it. */
    Use use(TenantId tenant, String system, @Nullable String operation) {
        return pools.values().stream()
                .map(pool -> pool.use(tenant.value(), system, operation))
                .reduce(new Use(0, 0), Use::and);
    }

    private void wake() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    /** Waits until the table should be read for somebody; false if nobody got hungry for so long. */
    boolean awaitHunger(Duration most) throws InterruptedException {
        if (!wake.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        wake.drainPermits();
        return true;
    }

    Pool pool(String name) {
        Pool pool = pools.get(name);
        return pool == null ? sharedPool() : pool;
    }

    /** A change of weight or ceiling is in force for what waits already. */
    void refreshLimits() {
        classOf.forEach((tenant, quotaClass) -> {
            if (queued(tenant) == 0) {
                classOf.remove(tenant, quotaClass);
                return;
            }
            Limits limits = classes.limits(tenant, quotaClass);
            pools.values().forEach(pool -> pool.refresh(limits, tenant.value()));
        });
    }

    private Pool sharedPool() {
        Pool shared = pools.get(ExecutionSettings.SHARED);
        if (shared == null) {
            throw new IllegalStateException("There is no shared pool.");
        }
        return shared;
    }

    /** A tenant with nothing queued is not kept. */
    private void count(TenantId tenant, long more) {
        queued.merge(tenant, more, (before, change) -> before + change == 0 ? null : (Long) (before + change));
    }
}
