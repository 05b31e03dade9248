package journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.commandhandling.CommandBusSpanFactory;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.Registration;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandler;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.spring.config.SpringAxonConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import tenancy.Ahead;
import tenancy.Capacity;
import tenancy.Followed;
import tenancy.Refusal;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.Urgent;

/**
 * The command bus: one lane a tenant. What has gathered in a lane is decided and committed together; while it is committed, the
 * next batch may be decided upon it ({@link Stage}). Lanes are served in turn by as many virtual threads as there are batches
 * to decide: after each batch a lane goes to the end of the queue, so that a deep lane delays nobody.
 */
class TenantLanes extends SimpleCommandBus implements SmartLifecycle {

    /** Stops after everything that sends commands: web server, dispatchers, Axon's event processors. */
    static final int PHASE = SpringAxonConfiguration.LIFECYCLE_PHASE - 1024;

    private static final Duration DRAIN_CHECK = Duration.ofMillis(5);

    /** All of it is only touched inside {@code lanes.compute}, but for what is final and says otherwise. */
    private static final class Lane {

        private final String tenant;
        /** Goes first: bounded like the others, and not by them. */
        private final ArrayDeque<Waiting> urgent = new ArrayDeque<>();

        private final ArrayDeque<Waiting> commands = new ArrayDeque<>();
        /** Whether anything urgent waits, for whoever is served meanwhile. */
        private final AtomicBoolean hurried = new AtomicBoolean();
        /** Whether it is in {@code turns}, or its next batch is being decided. */
        private boolean hasTurn = true;
        /** What the next batch would be decided upon, while it is being committed. */
        private @Nullable Stage underWay;

        Lane(String tenant) {
            this.tenant = tenant;
        }

        ArrayDeque<Waiting> queueOf(Waiting waiting) {
            return isUrgent(waiting) ? urgent : commands;
        }

        boolean isEmpty() {
            return urgent.isEmpty() && commands.isEmpty();
        }
    }

    /** A lane in the queue, and how many turns had been given when it came. */
    private record Turn(Lane lane, long since) {}

    /** Active lanes: each is in {@code turns}, being decided or being committed. */
    private final ConcurrentHashMap<String, Lane> lanes = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<Turn> turns = new ConcurrentLinkedQueue<>();
    private final AtomicLong given = new AtomicLong();
    private final List<MessageHandlerInterceptor<? super CommandMessage<?>>> handlerInterceptors =
            new CopyOnWriteArrayList<>();
    private final List<MessageDispatchInterceptor<? super CommandMessage<?>>> dispatchInterceptors =
            new CopyOnWriteArrayList<>();
    private final JournalSettings settings;
    private final LaneBatch work;
    private final DistributionSummary batches;
    private final DistributionSummary waited;
    private final Counter redone;
    private volatile boolean open = true;
    private volatile boolean givenUp;

    TenantLanes(
            Builder builder,
            TransactionManager transactions,
            CommandBusSpanFactory spans,
            JournalSettings settings,
            MeterRegistry meters) {
        super(builder.transactionManager(transactions).spanFactory(spans));
        this.settings = settings;
        this.work = new LaneBatch(transactions, handlerInterceptors, spans);
        this.batches = DistributionSummary.builder("journal.lane.batch")
                .description("Commands of one tenant decided and committed together")
                .register(meters);
        this.waited = DistributionSummary.builder("journal.lane.turns")
                .description("Batches of other lanes that went before a lane's next one")
                .register(meters);
        this.redone = Counter.builder("journal.lane.redone")
                .description("Units of work that were needed beyond one a batch")
                .register(meters);
        meters.gauge("journal.lanes", lanes, ConcurrentHashMap::size);
    }

    @Override
    protected <C, R> void handle(
            CommandMessage<C> command,
            MessageHandler<? super CommandMessage<?>> handler,
            CommandCallback<? super C, ? super R> callback) {
        @SuppressWarnings("unchecked")
        var waiting = new Waiting(command, handler, (CommandCallback<Object, Object>) callback);
        if (command.getMetaData().get(TenantContext.TENANT) instanceof String tenant) {
            enter(tenant, waiting).ifPresent(waiting::answer);
        } else {
            waiting.answer(new IllegalStateException(
                    "Command %s names no tenant: it has no lane".formatted(command.getCommandName())));
        }
    }

    private Optional<Refusal> enter(String tenant, Waiting waiting) {
        var refusal = new Refusal[1];
        var idle = new Lane[1];
        lanes.compute(tenant, (same, existing) -> {
            if (!open) {
                refusal[0] = new ShuttingDown();
                return existing;
            }
            Lane lane = existing;
            if (lane == null) {
                lane = new Lane(tenant);
                idle[0] = lane;
            } else if (lane.queueOf(waiting).size() >= settings.laneCapacity()) {
                refusal[0] = new LaneFull(new TenantId(tenant), settings.laneCapacity());
                return lane;
            } else if (!lane.hasTurn) {
                lane.hasTurn = true;
                idle[0] = lane;
            }
            lane.queueOf(waiting).add(waiting);
            lane.hurried.set(!lane.urgent.isEmpty());
            return lane;
        });
        if (idle[0] != null) {
            queue(idle[0]);
            startServing();
        }
        return Optional.ofNullable(refusal[0]);
    }

    private void startServing() {
        Thread.ofVirtual().name("lane").inheritInheritableThreadLocals(false).start(this::serve);
    }

    /**
     * Serves whichever lane is next. Not bound to the lane it was started for: the scheduler of virtual threads is
     * neither preemptive nor fair, and a thread that just goes on with its own lane could keep others from starting.
     */
    private void serve() {
        while (!turns.isEmpty()) {
            // Counted before it is taken: a thread that is interrupted in between must not look like an unfair turn.
            long turn = given.incrementAndGet();
            Turn mine = turns.poll();
            if (mine == null) {
                return;
            }
            Lane lane = mine.lane();
            waited.record((double) Math.max(0, turn - mine.since() - 1));
            decide(lane, next(lane));
        }
    }

    private void decide(Lane lane, Batch batch) {
        List<Waiting> commands = batch.commands();
        var stage = new Stage(batch.before(), isFollowed(commands) ? under -> goOn(lane, under) : null);
        try {
            if (givenUp) {
                commands.forEach(waiting -> waiting.answer(new ShuttingDown()));
                return;
            }
            batches.record(commands.size());
            // All of a batch are urgent, or none is.
            Capacity capacity = isUrgent(commands.getFirst()) ? Capacity.CONTROL : Capacity.LANES;
            int units = capacity.call(
                    () -> Ahead.call(() -> work.run(commands, stage), stage::awaitBefore), lane.hurried::get);
            if (units > 1) {
                redone.increment(units - 1.0);
            }
        } finally {
            stage.settled();
            leave(lane, stage);
        }
    }

    /** What one batch decided is being committed: the next one may build upon it. */
    private void goOn(Lane lane, Stage underWay) {
        var more = new boolean[1];
        lanes.computeIfPresent(lane.tenant, (same, active) -> {
            active.underWay = underWay;
            active.hasTurn = !active.isEmpty();
            more[0] = active.hasTurn;
            return active;
        });
        if (more[0]) {
            queue(lane);
            startServing();
        }
    }

    /** Its batch is settled: the lane gets another turn if it had to wait for that, and ends if there is nothing more. */
    private void leave(Lane lane, Stage settled) {
        var more = new boolean[1];
        lanes.computeIfPresent(lane.tenant, (same, active) -> {
            if (active.underWay == settled) {
                active.underWay = null;
            }
            if (!settled.passedOn()) {
                active.hasTurn = !active.isEmpty();
                more[0] = active.hasTurn;
            }
            return active.hasTurn || active.underWay != null ? active : null;
        });
        if (more[0]) {
            queue(lane);
        }
    }

    private static boolean isFollowed(List<Waiting> batch) {
        for (Waiting waiting : batch) {
            if (!(waiting.command().getPayload() instanceof Followed)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUrgent(Waiting waiting) {
        return waiting.command().getPayload() instanceof Urgent;
    }

    private void queue(Lane lane) {
        turns.add(new Turn(lane, given.get()));
    }

    /** @param before what is still being committed, if anything is */
    private record Batch(List<Waiting> commands, @Nullable Stage before) {}

    /**
     * What has gathered, of at most one batch; what is urgent alone, so that nothing else delays its commit or fails with
     * it. Nobody else may decide for the lane meanwhile.
     */
    private Batch next(Lane lane) {
        List<Waiting> commands = new ArrayList<>();
        var before = new @Nullable Stage[1];
        lanes.computeIfPresent(lane.tenant, (same, active) -> {
            ArrayDeque<Waiting> next = active.urgent.isEmpty() ? active.commands : active.urgent;
            while (commands.size() < settings.laneBatch() && !next.isEmpty()) {
                commands.add(next.remove());
            }
            active.hurried.set(!active.urgent.isEmpty());
            before[0] = active.underWay;
            return active;
        });
        return new Batch(commands, before[0]);
    }

    /** Each takes part once, though Axon's auto-configuration registers what we have registered before. */
    @Override
    public Registration registerHandlerInterceptor(MessageHandlerInterceptor<? super CommandMessage<?>> interceptor) {
        if (!handlerInterceptors.contains(interceptor)) {
            handlerInterceptors.add(interceptor);
        }
        return () -> handlerInterceptors.remove(interceptor);
    }

    @Override
    public Registration registerDispatchInterceptor(MessageDispatchInterceptor<? super CommandMessage<?>> interceptor) {
        if (dispatchInterceptors.contains(interceptor)) {
            return () -> dispatchInterceptors.remove(interceptor);
        }
        dispatchInterceptors.add(interceptor);
        return super.registerDispatchInterceptor(interceptor);
    }

    @Override
    public void start() {
        givenUp = false;
        open = true;
    }

    /** Takes nothing new, finishes what waits, and refuses what is left when the time is over. */
    @Override
    public void stop() {
        open = false;
        long deadline = System.nanoTime() + settings.drain().toNanos();
        try {
            while (!lanes.isEmpty() && System.nanoTime() - deadline < 0) {
                Thread.sleep(DRAIN_CHECK);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        givenUp = true;
    }

    @Override
    public boolean isRunning() {
        return open;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
