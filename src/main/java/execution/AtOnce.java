package execution;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.ActionCommand.StartAction;
import execution.ExecutionTimers.Step;
import execution.FairQueue.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.Unconfirmed;

/**
 * Starts an action with its admission where a slot is free for it: its target is called one commit earlier. In the
 * tenant's lane only.
 */
@Component
class AtOnce {

    /** Who calls the target of what was started. */
    interface Hands {

        /** The name under which an action is started: nobody else may record what came of it. */
        String claim();

        /** Goes on with an action in its slot; its start is committed. */
        void start(Pool pool, Turn turn, Begun begun);

        /** Goes on with an action in its slot if it was started by this claim, which is not known yet. */
        void resume(Pool pool, Turn turn, String claim);
    }

    /** @param start the answer to whoever started it under this claim */
    record Begun(String claim, Start start) {}

    private static final int DEEPEST_CAUSE = 8;
    private static final int MOST_REMEMBERED = 10_000;
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(1);

    private final Backlog backlog;
    private final Progress progress;
    private final Hands worker;
    private final ExecutionTimers timers;
    /** Rolled back with their starts. When such a one is decided again it waits for its turn: its start may be the reason. */
    private final Cache<ActionId, Boolean> undone = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .build();

    AtOnce(Backlog backlog, Progress progress, Hands worker, ExecutionTimers timers) {
        this.backlog = backlog;
        this.progress = progress;
        this.worker = worker;
        this.timers = timers;
    }

    /** Starts an action that the unit of work at hand has admitted; false if it has to wait for its turn. */
    boolean start(Waiting admitted, Instant now) {
        if (undone.asMap().remove(admitted.action()) != null) {
            return false;
        }
        Optional<Turn> turn = backlog.takeAtOnce(admitted);
        if (turn.isEmpty()) {
            return false;
        }
        long began = System.nanoTime();
        Pool pool = backlog.pool(admitted.pool());
        String claim = worker.claim();
        CurrentUnitOfWork.get().onRollback(failed -> {
            undone.put(admitted.action(), Boolean.TRUE);
            if (mayBeCommitted(failed)) {
                worker.resume(pool, turn.get(), claim);
            } else {
                pool.done(turn.get());
            }
        });
        Start start = begin(new StartAction(admitted.action(), claim, now));
        CurrentUnitOfWork.get().afterCommit(committed -> {
            timers.record(Step.START, admitted.action().tenant(), "at_once", System.nanoTime() - began);
            worker.start(pool, turn.get(), new Begun(claim, start));
        });
        return true;
    }

    /** What is wrong with its start is no reason to refuse the action: the lane decides again, and it waits for its turn. */
    private Start begin(StartAction start) {
        try {
            return progress.handle(start);
        } catch (RuntimeException failed) {
            throw new ConcurrencyException("Action %s cannot start at once".formatted(start.action()), failed);
        }
    }

    /** The journal did not answer: what it was sent may be in it all the same, and then only this claim can go on with it. */
    private static boolean mayBeCommitted(UnitOfWork<?> failed) {
        Throwable cause = failed.getExecutionResult().getExceptionResult();
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof Unconfirmed) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
