package execution;

import execution.ActionCommand.LendProbe;
import execution.ActionCommand.RecordChecks;
import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.RecordPrior;
import execution.ActionCommand.StartAction;
import execution.AtOnce.Begun;
import execution.ExecutionTimers.Step;
import execution.FairQueue.Turn;
import execution.gateway.Compensation;
import execution.gateway.Operation;
import execution.gateway.Outcome;
import execution.gateway.Redaction;
import execution.gateway.ToolGateway;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import secrets.Lease;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.TenantCommands;
import tenancy.TenantTag;

/**
 * Runs one action in one slot, on a virtual thread of its own: commit the intent, call the target, commit what came of
 * it. The call is made once; only its recording is tried again.
 */
@Component
class Worker implements AtOnce.Hands {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final int MOST_TRIES = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** Longer than {@code firebreak.journal.statement-timeout} should be, after which the database gives one up. */
    private static final Duration LONGEST_STATEMENT = Duration.ofSeconds(30);

    private final TenantCommands commands;
    private final ToolGateway gateway;
    private final Backlog backlog;
    private final CallsUnderWay calls;
    private final ExecutionTimers timers;
    private final ObservationRegistry observations;
    private final TenantTag tag;
    private final Clock clock;
    /** Tells this process's claims from those of others and of earlier ones. */
    private final String process;

    private final AtomicLong claims = new AtomicLong();
    private volatile boolean stopping;

    Worker(
            TenantCommands commands,
            ToolGateway gateway,
            Backlog backlog,
            CallsUnderWay calls,
            ExecutionTimers timers,
            ObservationRegistry observations,
            TenantTag tag,
            Clock clock,
            Supplier<UUID> ids) {
        this.commands = commands;
        this.gateway = gateway;
        this.backlog = backlog;
        this.calls = calls;
        this.timers = timers;
        this.observations = observations;
        this.tag = tag;
        this.clock = clock;
        this.process = ids.get().toString().replace("-", "");
    }

    /** Gives up what cannot be recorded: it is found again at the next start. */
    void stop() {
        stopping = true;
    }

    void start(Pool pool, Turn turn) {
        start(pool, turn, () -> begin(turn.waiting(), claim()));
    }

    @Override
    public void resume(Pool pool, Turn turn, String claim) {
        start(pool, turn, () -> known(turn.waiting(), claim));
    }

    @Override
    public void start(Pool pool, Turn turn, Begun begun) {
        start(pool, turn, () -> begun);
    }

    private void start(Pool pool, Turn turn, Supplier<Begun> begin) {
        Thread.ofVirtual().name("action").inheritInheritableThreadLocals(false).start(() -> run(pool, turn, begin));
    }

    @Override
    public String claim() {
        return process + "-" + claims.incrementAndGet();
    }

    private void run(Pool pool, Turn turn, Supplier<Begun> begin) {
        Waiting waiting = turn.waiting();
        long began = System.nanoTime();
        String outcome = "lost";
        var held = new Held();
        try {
            outcome = inItsTrace(waiting, begin, held);
        } catch (RuntimeException failed) {
            backlog.park(waiting.action());
            if (!stopping) {
                log.error("Action {} could not be run", waiting.action(), failed);
            }
        } finally {
            timers.record(Step.RUN, waiting.action().tenant(), outcome, System.nanoTime() - began);
            pool.done(turn);
            if (held.epoch != null) {
                // Only now: while it had a slot, the table's entry was passed over.
                backlog.held(waiting, held.epoch);
            }
        }
    }

    /** Under which epoch of the postures an action that had a slot was contained, if it was. */
    private static final class Held {
        private @Nullable Long epoch;
    }

    /** Only a sampled trace is worth its price here. */
    private String inItsTrace(Waiting waiting, Supplier<Begun> begin, Held held) {
        String trace = waiting.trace();
        if (trace == null || !trace.endsWith("-01")) {
            return live(waiting, begin.get(), held);
        }
        var context = new ReceiverContext<Map<String, String>>(Map::get);
        context.setCarrier(Map.of("traceparent", trace));
        String outcome = Observation.createNotStarted("execution.life", () -> context, observations)
                .contextualName("run action")
                .lowCardinalityKeyValue("tenant", tag.of(waiting.action().tenant()))
                .observe(() -> live(waiting, begin.get(), held));
        return outcome == null ? "lost" : outcome;
    }

    /** What was sent to the database may come about while a statement may last; what is not there then never will be. */
    private Begun known(Waiting waiting, String claim) {
        long until = System.nanoTime() + LONGEST_STATEMENT.toNanos();
        Duration pause = FIRST_PAUSE;
        Begun begun = begin(waiting, claim);
        while (begun.start() instanceof Start.Absent && !stopping && System.nanoTime() - until < 0) {
            sleep(pause);
            pause = longer(pause);
            begun = begin(waiting, claim);
        }
        return begun;
    }

    private Begun begin(Waiting waiting, String claim) {
        long began = System.nanoTime();
        Start start = insist(
                MOST_TRIES,
                () -> commands.<Start>ask(
                        waiting.context(), new StartAction(waiting.action(), claim, clock.instant())));
        timers.record(
                Step.START,
                waiting.action().tenant(),
                switch (start) {
                    case Start.Go go -> "started";
                    case Start.Check check -> "checking";
                    case Start.Held contained -> "held";
                    case Start.Skip skip -> "skipped";
                    case Start.Absent never -> "absent";
                },
                System.nanoTime() - began);
        return new Begun(claim, start);
    }

    private String live(Waiting waiting, Begun begun, Held held) {
        String claim = begun.claim();
        Start start = begun.start();
        if (start instanceof Start.Check check) {
            List<Checked> checked = checked(waiting, check);
            start = insist(
                    Integer.MAX_VALUE,
                    () -> commands.<Start>ask(
                            waiting.context(), new RecordChecks(waiting.action(), claim, checked, clock.instant())));
        }
        if (start instanceof Start.Held contained) {
            held.epoch = contained.epoch();
        }
        return go(waiting, claim, start);
    }

    /** Asks until one says no: what comes after it decides nothing any more. */
    private List<Checked> checked(Waiting waiting, Start.Check check) {
        List<Checked> checked = new ArrayList<>();
        for (Start.Call call : check.calls()) {
            List<Redaction> redactions = new ArrayList<>();
            Outcome outcome = call(
                    waiting,
                    new Start.Go(
                            call.operation(),
                            call.target(),
                            call.arguments(),
                            waiting.action().key() + ":" + call.rule(),
                            call.lease(),
                            null),
                    redactions,
                    read -> null);
            checked.add(new Checked(
                    call.rule(),
                    call.operation().system(),
                    call.operation().name(),
                    call.operation().connectorVersion(),
                    outcome,
                    redactions));
            if (!(outcome instanceof Outcome.Succeeded)) {
                break;
            }
        }
        return checked;
    }

    private String go(Waiting waiting, String claim, Start start) {
        return switch (start) {
            case Start.Skip skip -> "skipped";
            case Start.Absent never -> "absent";
            case Start.Held contained -> "held";
            case Start.Check unending ->
                throw new IllegalStateException("Action %s is checked twice by one worker".formatted(waiting.action()));
            case Start.Go go -> {
                List<Redaction> redactions = new ArrayList<>();
                Outcome inTheWay = go.before() == null ? null : before(waiting, claim, go, go.before());
                Outcome outcome =
                        inTheWay == null ? call(waiting, go, redactions, read -> lent(waiting, claim)) : inTheWay;
                ActionState state = insist(
                        Integer.MAX_VALUE,
                        () -> commands.<ActionState>ask(
                                waiting.context(),
                                new RecordOutcome(waiting.action(), claim, outcome, redactions, clock.instant())));
                yield state.word();
            }
        };
    }

    /**
     * Reads what is there before the effect and has it written down. Nothing is sent that would change it before both are
     * done.
     *
     * @return what came in the way of that; null if nothing did
     */
    private @Nullable Outcome before(Waiting waiting, String claim, Start.Go go, Start.Before before) {
        List<Redaction> redactions = new ArrayList<>();
        Operation read = before.operation();
        Outcome seen = call(
                waiting,
                new Start.Go(
                        read,
                        before.target(),
                        before.arguments(),
                        waiting.action().key() + ":before",
                        before.lease(),
                        null),
                redactions,
                probed -> null);
        return switch (seen) {
            case Outcome.Succeeded done ->
                insist(
                                Integer.MAX_VALUE,
                                () -> commands.<Optional<Cause>>ask(
                                        waiting.context(),
                                        new RecordPrior(
                                                waiting.action(),
                                                claim,
                                                read.name(),
                                                read.connectorVersion(),
                                                Compensation.kept(go.operation(), done.result()),
                                                redactions,
                                                clock.instant())))
                        .map(cause -> new Outcome.Failed(null, Endings.CONTAINED, cause, 0))
                        .orElse(null);
            case Outcome.Failed contained when contained.code().equals(Endings.CONTAINED) -> contained;
            case Outcome.Failed failed -> unread(read, failed.code(), failed.cause());
            case Outcome.Unknown unknown -> unread(read, unknown.code(), unknown.cause());
        };
    }

    private static Outcome unread(Operation read, String code, Cause cause) {
        return new Outcome.Failed(
                null,
                "prior_unread",
                cause.saying("Nothing was changed: %s has to read first what is there, and did not (%s: %s)"
                        .formatted(read.name(), code, cause.detail())),
                0);
    }

    /** What its probe reads with; null if that is not to be had: then nobody looks. */
    private @Nullable Lease lent(Waiting waiting, String claim) {
        try {
            return commands.<Optional<Lease>>ask(
                            waiting.context(), new LendProbe(waiting.action(), claim, clock.instant()))
                    .orElse(null);
        } catch (Refusal refused) {
            log.debug("Nothing is lent to look for the effect of {}: {}", waiting.action(), refused.code());
            return null;
        }
    }

    /** @param redactions is told what had to be taken out of the answer */
    private Outcome call(Waiting waiting, Start.Go go, List<Redaction> redactions, ToolGateway.Lender lender) {
        try (CallsUnderWay.Underway underway = calls.begin(waiting, go.lease())) {
            return gateway.call(
                    go.operation(),
                    new ToolGateway.Call(
                            waiting.action(),
                            waiting.context(),
                            go.target(),
                            go.arguments(),
                            go.idempotencyKey(),
                            go.lease(),
                            redactions::add,
                            underway,
                            lender));
        } catch (RuntimeException bug) {
            log.error("The gateway failed on action {}", waiting.action(), bug);
            Cause cause = new Cause(
                    Cause.Owner.PLATFORM,
                    "fault",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "The platform failed while it called the target.");
            return new Outcome.Unknown("gateway_fault", cause, 1);
        }
    }

    /**
     * Asks until there is an answer. Every command here may be asked twice: it names who asks. While the journal cannot
     * be written nothing else can be done with the slot; other failures are given up after so many tries.
     */
    private <R> R insist(int mostTries, Supplier<R> ask) {
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                return ask.get();
            } catch (RuntimeException failed) {
                boolean journalIsAway = failed instanceof Refusal refusal && refusal.kind() == Refusal.Kind.UNAVAILABLE;
                boolean answered = failed instanceof Refusal && !journalIsAway;
                if (stopping || answered || !journalIsAway && tries >= mostTries) {
                    throw failed;
                }
                if (tries == MOST_TRIES) {
                    log.warn("The journal does not take what an action did; it is tried until it does", failed);
                }
                sleep(pause);
                pause = longer(pause);
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", stopped);
        }
    }
}
