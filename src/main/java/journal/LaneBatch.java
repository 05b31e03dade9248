package journal;

import static org.axonframework.commandhandling.GenericCommandResultMessage.asCommandResultMessage;

import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.axonframework.commandhandling.CommandBusSpanFactory;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.CommandResultMessage;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.messaging.DefaultInterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal;

/**
 * Decides some commands of one tenant in one unit of work with one commit, and answers each.
 *
 * <p>A command that is refused before it applied anything fails alone. Whatever else goes wrong undoes the whole batch,
 * and its commands are decided again one by one.
 */
final class LaneBatch {

    private static final int DEEPEST_CAUSE = 8;

    private final TransactionManager transactions;
    private final List<MessageHandlerInterceptor<? super CommandMessage<?>>> interceptors;
    private final CommandBusSpanFactory spans;

    LaneBatch(
            TransactionManager transactions,
            List<MessageHandlerInterceptor<? super CommandMessage<?>>> interceptors,
            CommandBusSpanFactory spans) {
        this.transactions = transactions;
        this.interceptors = interceptors;
        this.spans = spans;
    }

    /** Decides and answers all; says how many units of work it took, which is 1 when all went well. */
    int run(List<Waiting> batch, Stage stage) {
        stage.begin();
        var failure = attempt(batch, stage);
        int inVain = 0;
        if (failure.isPresent() && stage.wasInVain()) {
            inVain = 1;
            failure = attempt(batch, stage);
        }
        return inVain + settled(batch, failure);
    }

    private int settled(List<Waiting> batch, Optional<Throwable> failure) {
        if (failure.isEmpty()) {
            return 1;
        }
        if (isAway(failure.get())) {
            batch.forEach(waiting -> waiting.answer(failure.get()));
            return 1;
        }
        // A batch of one gets the same second chance: what it conflicted with is loaded by then.
        return batch.size() == 1 ? 1 + last(batch, failure.get()) : 1 + oneByOne(batch);
    }

    /** The database is what failed: the commands that follow would each wait for it as long, and the lane behind them. */
    private static boolean isAway(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof JournalUnavailable || cause instanceof SQLTransientConnectionException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private int oneByOne(List<Waiting> batch) {
        int units = 0;
        Optional<Throwable> away = Optional.empty();
        for (Waiting waiting : batch) {
            if (away.isPresent()) {
                waiting.answer(away.get());
                continue;
            }
            List<Waiting> alone = List.of(waiting);
            var failure = attempt(alone, new Stage());
            units++;
            if (failure.isPresent()) {
                away = failure.filter(LaneBatch::isAway);
                units += last(alone, failure.get());
            }
        }
        return units;
    }

    /** Tries once more after a conflict, and gives the answer in any case. */
    private int last(List<Waiting> alone, Throwable failure) {
        boolean conflict =
                failure instanceof ConcurrencyException || failure instanceof AggregateStreamCreationException;
        var remaining = conflict ? attempt(alone, new Stage()) : Optional.of(failure);
        remaining.ifPresent(alone.getFirst()::answer);
        return conflict ? 1 : 0;
    }

    /** Runs the batch; answers everybody if it was committed, and nobody if it was rolled back. */
    private Optional<Throwable> attempt(List<Waiting> batch, Stage stage) {
        List<CommandMessage<?>> commands = new ArrayList<>(batch.size());
        batch.forEach(waiting -> commands.add(waiting.command()));
        List<CommandResultMessage<?>> results = new ArrayList<>(batch.size());
        var unit = new LaneUnitOfWork(commands);
        try {
            unit.start();
            stage.bindTo(unit);
            unit.attachTransaction(transactions);
            ResultMessage<?> outcome = unit.executeWithResult(
                    () -> decide(unit, batch.get(results.size()), results), RollbackConfigurationType.ANY_THROWABLE);
            if (outcome.isExceptional()) {
                return Optional.of(outcome.exceptionResult());
            }
        } catch (RuntimeException | Error bug) {
            undo(unit, bug);
            return Optional.of(bug);
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer(results.get(i));
        }
        return Optional.empty();
    }

    private @Nullable Object decide(LaneUnitOfWork unit, Waiting waiting, List<CommandResultMessage<?>> results)
            throws Exception {
        Append append = Append.current().orElseThrow();
        int before = append.applied();
        try {
            results.add(asCommandResultMessage(spans.createHandleCommandSpan(waiting.command(), false)
                    .runCallable(
                            () -> new DefaultInterceptorChain<>(unit, interceptors, waiting.handler()).proceed())));
        } catch (Refusal refusal) {
            if (append.applied() != before) {
                // What it applied cannot be taken back alone.
                throw refusal;
            }
            results.add(asCommandResultMessage(refusal));
        }
        return null;
    }

    private static void undo(LaneUnitOfWork unit, Throwable bug) {
        if (!unit.isCurrent()) {
            return;
        }
        if (unit.isActive()) {
            unit.rollback(bug);
        } else {
            CurrentUnitOfWork.clear(unit);
        }
    }
}
