package audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;
import tenancy.TenantId;

class FollowerTest {

    private final BlockingQueue<List<String>> grown = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> steps = new LinkedBlockingQueue<>();
    private final AtomicBoolean damaged = new AtomicBoolean();
    private volatile long takes;
    private final Follower follower = new Follower("follower", Duration.ofMillis(1), new Follower.Work() {
        @Override
        public List<String> grown() {
            List<String> next = grown.poll();
            return next == null ? List.of() : next;
        }

        @Override
        public boolean step(TenantId tenant) {
            steps.add(tenant.value());
            LockSupport.parkNanos(takes);
            if (damaged.get() && tenant.value().equals("damaged")) {
                throw new IllegalStateException("It is damaged");
            }
            return tenant.value().startsWith("hot");
        }
    });

    @AfterEach
    void stop() {
        follower.stop();
    }

    @Test
    void a_journal_that_grows_faster_than_it_is_followed_keeps_nobody_else_from_their_turn() throws Exception {
        grown.add(List.of("hot", "calm"));
        follower.start();
        assertThat(next()).isEqualTo("hot");
        assertThat(next()).isEqualTo("calm");
        assertThat(next()).isEqualTo("hot");

        grown.add(List.of("late"));
        assertThat(eventually("late")).isTrue();
        assertThat(eventually("hot")).isTrue();
    }

    @Test
    void what_cannot_be_followed_keeps_nobody_else_from_their_turn() throws Exception {
        damaged.set(true);
        grown.add(List.of("damaged", "calm"));
        follower.start();
        assertThat(next()).isEqualTo("damaged");
        assertThat(next()).isEqualTo("calm");

        damaged.set(false);
        grown.add(List.of("damaged"));
        assertThat(next()).isEqualTo("damaged");
    }

    @Test
    void it_rests_far_longer_than_it_works_and_is_stopped_out_of_its_rest() throws Exception {
        takes = Duration.ofMillis(300).toNanos();
        grown.add(List.of("hot_1", "hot_2"));
        follower.start();
        assertThat(next()).isEqualTo("hot_1");
        assertThat(steps.poll(1, TimeUnit.SECONDS)).isNull();

        follower.stop();
        assertThat(follower.isRunning()).isFalse();
        assertThat(steps).isEmpty();
    }

    private @Nullable String next() throws InterruptedException {
        return steps.poll(10, TimeUnit.SECONDS);
    }

    private boolean eventually(String tenant) throws InterruptedException {
        for (int n = 0; n < 1_000; n++) {
            if (tenant.equals(next())) {
                return true;
            }
        }
        return false;
    }
}
