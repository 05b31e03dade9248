package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import quota.Quotas;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.RunId;

/** Which runs are open, and whose they are. Used inside the tenant's lane only. */
@Component
class RunBook {

    private static final int MOST_REMEMBERED = 100_000;

    private final Repository<Run> runs;
    private final EventStore events;
    private final Agents agents;
    private final Quotas quotas;
    private final Clock clock;
    /** Runs that exist: a load of one that does not is logged by Axon with a stack trace, and costs two queries. */
    private final Cache<RunId, Boolean> known = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .build();

    RunBook(Repository<Run> runs, EventStore events, Agents agents, Quotas quotas, Clock clock) {
        this.runs = runs;
        this.events = events;
        this.agents = agents;
        this.quotas = quotas;
        this.clock = clock;
    }

    @CommandHandler
    RunReceipt handle(StartRun start) {
        Claim claim = start.claim();
        claim.checkCredential();
        claim.checkAgainst(agents.registration(claim.agent()));
        if (isOpen(start.run(), claim.agent())) {
            Run run = find(start.run()).orElseThrow().invoke(open -> open);
            return new RunReceipt(start.run(), RunState.OPEN, null, run.startedAt(), null);
        }
        Instant now = clock.instant();
        Optional<Cause> cause = open(start.run(), claim, now);
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
        if (run.invoke(Run::state) == RunState.OPEN) {
            Instant now = clock.instant();
            quotas.closeRun(end.run(), now);
            run.execute(open -> open.end(now));
        }
        return new RunReceipt(end.run(), RunState.ENDED, null, startedAt, run.invoke(Run::endedAt));
    }

    /**
     * Whether the run is open; false if it can be opened.
     *
     * @throws tenancy.Refusal if it has ended, or is another agent's
     */
    boolean isOpen(RunId run, AgentId agent) {
        Optional<Aggregate<Run>> found = find(run);
        if (found.isEmpty()) {
            return false;
        }
        return found.get().invoke(existing -> switch (existing.state()) {
            case OPEN -> {
                if (!existing.agent().equals(agent.key())) {
                    throw new EnvelopeMismatch("workflow_run_id", run.key());
                }
                yield true;
            }
            case ENDED ->
                throw new Conflict(
                        "run_ended",
                        "Run %s ended at %s: nothing more may be asked for in it. Start another."
                                .formatted(run.key(), existing.endedAt()));
            case REFUSED -> false;
        });
    }

    /** Opens a run that is not open; the cause if a limit does not allow it. */
    Optional<Cause> open(RunId run, Claim claim, Instant now) {
        Optional<Cause> reached = quotas.openRun(run, claim.quotaClass(), now);
        if (reached.isEmpty()) {
            write(
                    run,
                    new RunStarted(
                            run.key(), claim.agent().key(), claim.workspace().key(), now));
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
        known.put(run, Boolean.TRUE);
        CurrentUnitOfWork.get().onRollback(undone -> known.invalidate(run));
    }

    private Optional<Aggregate<Run>> find(RunId run) {
        if (known.getIfPresent(run) == null) {
            if (events.lastSequenceNumberFor(run.toString()).isEmpty()) {
                return Optional.empty();
            }
            known.put(run, Boolean.TRUE);
        }
        return Optional.of(runs.load(run.toString()));
    }
}
