package journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * A batch of a lane on its way into the journal. While it is committed, the next one may be decided on what it left in
 * memory. That one is handed to the writer once this one is durable; if this one comes to nothing, the next one is undone
 * first, then this one, and both are decided again in their order.
 */
final class Stage {

    private static final String RESOURCE = Stage.class.getName();

    /** What a batch was decided upon came to nothing. */
    static final class BeforeUndone extends RuntimeException {
        BeforeUndone() {
            super("What came before in the lane was not committed", null, false, false);
        }
    }

    private enum Next {
        NONE,
        UNDER_WAY,
        BARRED
    }

    private final AtomicReference<Next> next = new AtomicReference<>(Next.NONE);
    private final CompletableFuture<Boolean> durable = new CompletableFuture<>();
    private final CompletableFuture<Void> nextUndone = new CompletableFuture<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final @Nullable Consumer<Stage> goOn;
    /** What it is decided upon, until that is known to be durable. */
    private @Nullable Stage before;
    /** Whose answers go first, until it has its own. */
    private @Nullable Stage follows;

    private boolean passedOn;

    /** Nothing is decided before it is settled, and nothing that it builds upon is open. */
    Stage() {
        this(null, null);
    }

    /**
     * @param before what it is decided upon; null if all of that is settled
     * @param goOn lets its lane decide the next batch; null if that must not build upon this one
     */
    Stage(@Nullable Stage before, @Nullable Consumer<Stage> goOn) {
        this.before = before;
        this.follows = before;
        this.goOn = goOn;
    }

    /** The stage of the lane that runs here. */
    static Stage current() {
        Stage stage = CurrentUnitOfWork.get().root().getResource(RESOURCE);
        if (stage == null) {
            throw new IllegalStateException("Not in a lane");
        }
        return stage;
    }

    void bindTo(UnitOfWork<?> unit) {
        unit.resources().put(RESOURCE, this);
    }

    /** To be called before anything is decided: waits, if what is before has come to nothing already. */
    void begin() {
        Stage mine = before;
        if (mine != null && !mine.next.compareAndSet(Next.NONE, Next.UNDER_WAY)) {
            mine.settled.join();
            before = null;
        }
    }

    /** @throws BeforeUndone if what it was decided upon came to nothing */
    void awaitBefore() {
        if (before == null) {
            return;
        }
        if (!before.durable.join()) {
            throw new BeforeUndone();
        }
        before = null;
    }

    /**
     * To be called once a decision has failed and is undone.
     *
     * @return whether it was decided upon what came to nothing; then that is settled now, and it may be decided again
     */
    boolean wasInVain() {
        Stage mine = before;
        if (mine == null || mine.durable.join()) {
            awaitAnswersBefore();
            return false;
        }
        mine.nextUndone.complete(null);
        mine.settled.join();
        before = null;
        return true;
    }

    /**
     * Commits what was decided, and lets the lane go on meanwhile. Whatever was decided upon it is undone before this throws.
     *
     * @throws BeforeUndone if what it was decided upon came to nothing
     */
    void commit(Runnable write) {
        awaitBefore();
        if (goOn != null) {
            passedOn = true;
            goOn.accept(this);
        }
        boolean written = false;
        try {
            write.run();
            written = true;
        } finally {
            durable.complete(written);
            if (!written && !next.compareAndSet(Next.NONE, Next.BARRED)) {
                nextUndone.join();
            }
        }
        awaitAnswersBefore();
    }

    /**
     * As {@link #commit}, where there is nothing to write: what was decided holds if what it was decided upon does.
     *
     * @throws BeforeUndone if that came to nothing
     */
    void commitNothing() {
        awaitBefore();
        awaitAnswersBefore();
    }

    /** What follows from commits follows in their order: who waits for the first hears of it first. */
    private void awaitAnswersBefore() {
        if (follows != null) {
            follows.settled.join();
        }
    }

    /** Whether the lane has gone on: others have its turn now. */
    boolean passedOn() {
        return passedOn;
    }

    /** Everybody in the batch has an answer. */
    void settled() {
        // Not kept: each would keep the one before it.
        follows = null;
        before = null;
        settled.complete(null);
    }
}
