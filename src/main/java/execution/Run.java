package execution;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import execution.RunEvent.RunEnded;
import execution.RunEvent.RunPaused;
import execution.RunEvent.RunRefused;
import execution.RunEvent.RunResumed;
import execution.RunEvent.RunStarted;
import java.time.Instant;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.RunId;

/**
 * One workflow run of an agent: open until it is ended, and paused while it has no room under one of its caps. A refused
 * one may be started again.
 */
@NullUnmarked
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock")
class Run {

    @AggregateIdentifier
    private String id;

    private String key;
    private RunState state;
    private String agent;
    private String workspace;
    private String parent;
    private Instant startedAt;
    private Instant endedAt;

    Run() {}

    /** @param decision {@link RunStarted} or {@link RunRefused} */
    Run(RunId id, RunEvent decision) {
        this.id = id.toString();
        apply(decision);
    }

    String key() {
        return key;
    }

    RunState state() {
        return state;
    }

    String agent() {
        return agent;
    }

    @Nullable
    String parent() {
        return parent;
    }

    Instant startedAt() {
        return startedAt;
    }

    Instant endedAt() {
        return endedAt;
    }

    /** Decides again on a run that was refused before. */
    void again(RunEvent decision) {
        if (state != RunState.REFUSED) {
            throw new IllegalStateException("Run %s is %s, not refused.".formatted(id, state));
        }
        apply(decision);
    }

    /** Does nothing if it is paused already. */
    void pause(Cause cause, Instant at) {
        if (state == RunState.OPEN) {
            apply(new RunPaused(key, agent, workspace, startedAt, cause, at));
        }
    }

    /** Does nothing unless it is paused. */
    void resume(Instant at) {
        if (state == RunState.PAUSED) {
            apply(new RunResumed(key, agent, workspace, startedAt, at));
        }
    }

    void end(Instant at) {
        if (state != RunState.OPEN && state != RunState.PAUSED) {
            throw new IllegalStateException("Run %s is %s, not open.".formatted(id, state));
        }
        apply(new RunEnded(key, agent, workspace, startedAt, at));
    }

    @EventSourcingHandler
    void on(RunEvent event, @SourceId String source) {
        id = source;
        key = event.run();
        switch (event) {
            case RunStarted started -> {
                agent = started.agent();
                workspace = started.workspace();
                parent = started.parent();
                startedAt = started.startedAt();
                state = RunState.OPEN;
            }
            case RunPaused paused -> state = RunState.PAUSED;
            case RunResumed resumed -> state = RunState.OPEN;
            case RunRefused refused -> {
                agent = refused.agent();
                workspace = refused.workspace();
                startedAt = refused.refusedAt();
                state = RunState.REFUSED;
            }
            case RunEnded ended -> {
                endedAt = ended.endedAt();
                state = RunState.ENDED;
            }
        }
    }
}
