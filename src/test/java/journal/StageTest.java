package journal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StageTest {

    private static final Duration A_WHILE = Duration.ofMillis(100);
    private static final Runnable WRITTEN = () -> {};

    private final Stage first = new Stage(null, underWay -> {});

    @Test
    void a_commit_that_fails_waits_until_what_was_decided_upon_it_is_undone() throws Exception {
        var second = new Stage(first, underWay -> {});
        second.begin();
        var failing = failing();

        assertThatThrownBy(second::awaitBefore).isInstanceOf(Stage.BeforeUndone.class);
        Thread.sleep(A_WHILE);
        assertThat(failing.isDone()).isFalse();
        var again = CompletableFuture.supplyAsync(second::wasInVain);

        assertThatThrownBy(() -> failing.get(10, SECONDS)).hasRootCauseMessage("not written");
        Thread.sleep(A_WHILE);
        assertThat(again.isDone()).as("what is before has to be settled first").isFalse();
        first.settled();
        assertThat(again.get(10, SECONDS)).isTrue();
        second.commit(WRITTEN);
        assertThat(second.wasInVain()).isFalse();
    }

    @Test
    void nothing_is_decided_upon_what_has_failed_until_it_is_settled() throws Exception {
        assertThatThrownBy(() -> failing().get(10, SECONDS)).hasRootCauseMessage("not written");
        var second = new Stage(first, underWay -> {});

        var begun = CompletableFuture.runAsync(second::begin);
        Thread.sleep(A_WHILE);
        assertThat(begun.isDone()).isFalse();
        first.settled();
        begun.get(10, SECONDS);

        second.commit(WRITTEN);
    }

    @Test
    void what_follows_a_commit_follows_what_follows_the_one_before() throws Exception {
        first.commit(WRITTEN);
        var second = new Stage(first, underWay -> {});
        second.begin();
        second.awaitBefore();

        var over = CompletableFuture.runAsync(() -> second.commit(WRITTEN));
        Thread.sleep(A_WHILE);
        assertThat(over.isDone()).isFalse();
        first.settled();
        over.get(10, SECONDS);
    }

    /** A busy lane has one after another for as long as it is busy. */
    @Test
    void a_stage_does_not_keep_what_was_before_it() throws Exception {
        var before = new Stage(null, underWay -> {});
        var kept = new WeakReference<>(before);
        var after = new Stage(before, underWay -> {});
        before.commit(WRITTEN);
        before.settled();
        after.begin();
        after.commit(WRITTEN);
        after.settled();

        before = null;
        for (int n = 0; kept.get() != null && n < 50; n++) {
            System.gc();
            Thread.sleep(20);
        }

        assertThat(kept.get()).isNull();
        assertThat(after.passedOn()).isTrue();
    }

    private CompletableFuture<Void> failing() {
        return CompletableFuture.runAsync(() -> first.commit(() -> {
            throw new IllegalStateException("not written");
        }));
    }
}
