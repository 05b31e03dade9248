package tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Work that recurs: whatever fails, and however it is stopped. */
@ExtendWith(OutputCaptureExtension.class)
class RecurringTest {

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final long PATIENCE_SECONDS = 30;

    @Test
    void a_failure_does_not_end_it() throws InterruptedException {
        var times = new AtomicInteger();
        var thrice = new CountDownLatch(3);
        var work = new Recurring("test-work", AT_ONCE, () -> {
            thrice.countDown();
            throw new IllegalStateException("time " + times.incrementAndGet());
        });
        work.start();

        assertThat(thrice.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        assertThat(work.isRunning()).isTrue();
        work.stop();
        assertThat(work.isRunning()).isFalse();
    }

    @Test
    void a_failure_that_lasts_is_told_once_and_again_when_it_comes_back(CapturedOutput output)
            throws InterruptedException {
        var failures = new ArrayDeque<>(List.of("away", "away", "away", "", "away", "full", "full"));
        var done = new CountDownLatch(1);
        var work = new Recurring("test-told", AT_ONCE, () -> {
            String failure = failures.isEmpty() ? "" : failures.remove();
            if (!failure.isEmpty()) {
                throw new IllegalStateException(failure);
            }
            if (failures.isEmpty()) {
                done.countDown();
            }
        });
        work.start();

        assertThat(done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        work.stop();

        assertThat(output.getOut().split("test-told failed", -1))
                .as("away, away, full")
                .hasSize(4);
    }

    @Test
    void it_begins_with_a_pause_or_at_once() throws InterruptedException {
        var late = new AtomicBoolean();
        var now = new CountDownLatch(1);
        var pausing = new Recurring("test-pausing", NEVER, () -> late.set(true));
        var hurrying = new Recurring("test-hurrying", NEVER, now::countDown);

        pausing.start();
        hurrying.startNow();

        assertThat(now.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(late).isFalse();
        pausing.stop();
        hurrying.stop();
    }

    @Test
    void stopping_interrupts_and_finishing_waits() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var stopped = new Recurring("test-stopped", NEVER, () -> {
            begun.countDown();
            try {
                Thread.sleep(NEVER);
            } catch (InterruptedException told) {
                interrupted.countDown();
            }
        });
        stopped.startNow();
        assertThat(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        stopped.stop();
        assertThat(interrupted.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        var ended = new AtomicBoolean();
        var at = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var finished = new Recurring("test-finished", NEVER, () -> {
            at.countDown();
            try {
                ended.set(goOn.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            } catch (InterruptedException cut) {
                Thread.currentThread().interrupt();
            }
        });
        finished.startNow();
        assertThat(at.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        finished.finish(Duration.ofSeconds(PATIENCE_SECONDS));

        assertThat(ended).isTrue();
    }

    @Test
    void it_can_be_stopped_before_it_was_started_and_started_again() throws InterruptedException {
        var twice = new CountDownLatch(2);
        var work = new Recurring("test-again", NEVER, twice::countDown);
        work.stop();
        work.finish(AT_ONCE);
        work.startNow();
        while (twice.getCount() == 2) {
            Thread.onSpinWait();
        }
        work.stop();
        work.startNow();

        assertThat(twice.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        work.stop();
    }
}
