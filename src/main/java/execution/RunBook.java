package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.RunCommand.CapRun;
import execution.RunCommand.EndRun;
import execution.RunCommand.StartRun;
import execution.RunEvent.RunRefused;
import execution.RunEvent.RunStarted;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import org.jspecify.annotations.Nullable;
import quota.Opening;
import quota.Quotas;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.Postures;
import tenancy.RunId;
import tenancy.Subject;

/** Which runs are open, and whose they are. Used inside the tenant's lane only. */
@Component
class RunBook {

    private static final int MOST_REMEMBERED = 100_000;

    private final Repository<Run> runs;
    private final EventStore events;
    private final Agents agents;
    private final Quotas quotas;
    private final Postures postures;
    private final Clock clock;
    /** Runs that exist: a load of one that does not is logged by Axon with a stack trace, and costs two queries. */
    private final Cache<RunId, RunId> known = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .build();

    RunBook(Repository<Run> runs, EventStore events, Agents agents, Quotas quotas, Postures postures, Clock clock) {
        this.runs = runs;
        this.events = events;
        this.agents = agents;
        this.quotas = quotas;
        this.postures = postures;
        this.clock = clock;
    }

    @CommandHandler
    RunReceipt handle(StartRun start) {
        Claim claim = start.claim();
        claim.checkCredential();
        Registration registration = agents.registration(claim.agent());
        claim.checkAgainst(registration);
        postures.on(
                        start.run().tenant(),
                        Subject.ofRun(
                                claim.workspace().key(),
                                registration.agentClass(),
                                claim.agent().key(),
                                start.run().key()))
                .filter(restriction -> restriction.posture().standsStill())
                .ifPresent(restriction -> {
                    throw new ContainedNow("The run is not started", restriction);
                });
        if (isOpen(start.run(), claim.agent(), start.parent())) {
            return find(start.run()).orElseThrow().invoke(open -> receipt(start.run(), open, null));
        }
        Instant now = clock.instant();
        Optional<Cause> cause = open(start.run(), claim, start.parent(), now);
        cause.ifPresent(reached -> write(
                start.run(),
                new RunRefused(
                        start.run().key(),
                        claim.agent().key(),
                        claim.workspace().key(),
                        reached,
                        now)));
        return new RunReceipt(
                start.run(), cause.isPresent() ? RunState.REFUSED : RunState.OPEN, cause.orElse(null), now, null);
    }

    @CommandHandler
    RunReceipt handle(EndRun end) {
        Aggregate<Run> run = find(end.run())
                .filter(found ->
                        found.invoke(open -> end.mayEndRunOf(open.agent()) && open.state() != RunState.REFUSED))
                .orElseThrow(() -> new NotFound("run", end.run().key()));
        Instant startedAt = run.invoke(Run::startedAt);
        if (isOpen(run.invoke(Run::state))) {
            Instant now = clock.instant();
            quotas.closeRun(end.run(), now);
            run.execute(open -> open.end(now));
        }
        return new RunReceipt(end.run(), RunState.ENDED, null, startedAt, run.invoke(Run::endedAt));
    }

    @CommandHandler
    RunReceipt handle(CapRun cap) {
        Aggregate<Run> run = find(cap.run())
                .filter(found -> found.invoke(Run::state) != RunState.REFUSED)
                .orElseThrow(() -> new NotFound("run", cap.run().key()));
        run.execute(RunBook::mustNotHaveEnded);
        quotas.capRun(cap.run(), cap.limit(), cap.value(), cap.byOperator(), quotaClass(cap.run(), run));
        Instant now = clock.instant();
        goesOn(cap.run(), now);
        return run.invoke(changed -> receipt(cap.run(), changed, null));
    }

    private static void mustNotHaveEnded(Run run) {
        if (run.state() == RunState.ENDED) {
            throw new Conflict(
                    "run_ended",
                    "Run %s ended at %s: nothing more may be asked for in it. Start another."
                            .formatted(run.key(), run.endedAt()));
        }
    }

    private String quotaClass(RunId run, Aggregate<Run> found) {
        return agents.registration(new AgentId(run.tenant(), found.invoke(Run::agent)))
                .quotaClass();
    }

    private static RunReceipt receipt(RunId id, Run run, @Nullable Cause cause) {
        return new RunReceipt(id, run.state(), cause, run.startedAt(), run.endedAt());
    }

    private static boolean isOpen(RunState state) {
        return state == RunState.OPEN || state == RunState.PAUSED;
    }

    /**
     * Whether the run is open, or paused: its budget says of each action whether there is room. False if it can be opened.
     *
     * @param parent the run that starts it; must be open, unless it has started the run before
     * @throws tenancy.Refusal if the run has ended, is another agent's or another run's, or the parent is not open
     */
    boolean isOpen(RunId run, AgentId agent, @Nullable RunId parent) {
        Optional<Aggregate<Run>> found = find(run);
        if (found.isPresent()) {
            found.get().execute(RunBook::mustNotHaveEnded);
        }
        if (found.isEmpty() || found.get().invoke(Run::state) == RunState.REFUSED) {
            if (parent != null) {
                mustBeOpen(parent);
            }
            return false;
        }
        return found.get().invoke(existing -> {
            if (!existing.agent().equals(agent.key())) {
                throw new EnvelopeMismatch("workflow_run_id", run.key());
            }
            if (parent != null && !parent.key().equals(existing.parent())) {
                throw new EnvelopeMismatch("parent_run_id", parent.key());
            }
            return true;
        });
    }

    /** A run is below one that was there before it, so that no run is ever below itself. */
    private void mustBeOpen(RunId parent) {
        Aggregate<Run> found = find(parent).orElseThrow(() -> new NotFound("run", parent.key()));
        found.execute(RunBook::mustNotHaveEnded);
        if (found.invoke(Run::state) != RunState.OPEN) {
            throw new Conflict(
                    "run_not_open",
                    "Run %s is %s: it starts no other run."
                            .formatted(parent.key(), found.invoke(Run::state).word()));
        }
    }

    /** Writes down that an open run has no room under one of its caps, if that is why an action was refused. */
    void pauseAt(RunId run, Cause reached, Instant now) {
        if (("run:" + run.key()).equals(reached.scope())) {
            find(run).ifPresent(open -> open.execute(paused -> paused.pause(reached, now)));
        }
    }

    /** Writes down that a paused run goes on, if its caps allow it. */
    void goesOn(RunId run, Instant now) {
        find(run)
                .filter(found ->
                        found.invoke(Run::state) == RunState.PAUSED && !quotas.isHalted(run, quotaClass(run, found)))
                .ifPresent(found -> found.execute(paused -> paused.resume(now)));
    }

    /** What an action is, whose run may not be opened: a depth is a cap, too many runs come to an end by themselves. */
    static ActionState stateOf(Cause reached) {
        return reached.kind().equals("budget") ? ActionState.BUDGET_EXCEEDED : ActionState.THROTTLED;
    }

    /** Opens a run that is not open; the cause if a limit does not allow it. */
    Optional<Cause> open(RunId run, Claim claim, @Nullable RunId parent, Instant now) {
        Optional<Cause> reached =
                quotas.openRun(new Opening(run, claim.workspace(), claim.agent(), claim.quotaClass(), parent, now));
        if (reached.isEmpty()) {
            write(
                    run,
                    new RunStarted(
                            run.key(),
                            claim.agent().key(),
                            claim.workspace().key(),
                            parent == null ? null : parent.key(),
                            now));
        }
        return reached;
    }

    private void write(RunId run, RunEvent decision) {
        Optional<Aggregate<Run>> refusedBefore = find(run);
        if (refusedBefore.isPresent()) {
            refusedBefore.get().execute(refused -> refused.again(decision));
            return;
        }
        Aggregates.create(runs, () -> new Run(run, decision));
        known.put(run, run);
        CurrentUnitOfWork.get().onRollback(undone -> known.invalidate(run));
    }

    /** The same run: one object for all that is asked for in it, because what waits keeps it. */
    RunId shared(RunId run) {
        RunId first = known.getIfPresent(run);
        return first == null ? run : first;
    }

    private Optional<Aggregate<Run>> find(RunId run) {
        if (known.getIfPresent(run) == null) {
            if (events.lastSequenceNumberFor(run.toString()).isEmpty()) {
                return Optional.empty();
            }
            known.put(run, run);
        }
        return Optional.of(runs.load(run.toString()));
    }
}
