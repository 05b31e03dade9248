package quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import quota.TokenBucket.Taken;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    private long now = Long.MAX_VALUE - 10 * SECOND; // a monotonic clock may wrap around
    private final TokenBucket bucket = new TokenBucket(now);

    @Test
    void a_burst_is_taken_at_once_and_refills_one_by_one() {
        for (int i = 4; i >= 0; i--) {
            assertThat(bucket.take(2, 5, now)).isEqualTo(new Taken(true, i, 0, (5 - i) * SECOND / 2));
        }
        assertThat(bucket.take(2, 5, now)).isEqualTo(new Taken(false, 0, SECOND / 2, 5 * SECOND / 2));

        now += SECOND / 2 - 1;
        assertThat(bucket.take(2, 5, now).granted()).isFalse();
        now += 1;
        assertThat(bucket.take(2, 5, now).granted()).isTrue();
        assertThat(bucket.take(2, 5, now).granted()).isFalse();
    }

    @Test
    void what_is_refused_costs_nothing() {
        take(5, 2, 5);
        for (int i = 0; i < 1_000; i++) {
            assertThat(bucket.take(2, 5, now).untilNext()).isEqualTo(SECOND / 2);
        }
    }

    @Test
    void a_long_pause_is_worth_one_burst_and_no_more() {
        take(5, 2, 5);
        now += 1_000 * SECOND;
        assertThat(take(100, 2, 5)).isEqualTo(5);
    }

    @Test
    void a_rate_that_is_raised_counts_at_once() {
        take(1_000, 1, 1_000);

        assertThat(bucket.take(1_000, 10, now).untilNext()).isEqualTo(SECOND / 1_000);
    }

    @Test
    void no_stretch_of_time_ever_sees_more_than_burst_and_rate() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        long start = now;
        long granted = 0;
        while (now - start < 100 * SECOND) {
            now += random.nextInt(200_000_000);
            granted += bucket.take(7, 3, now).granted() ? 1 : 0;
            assertThat(granted).as("seed %d", seed).isLessThanOrEqualTo(3 + 7 * (now - start) / SECOND);
        }
        assertThat(granted).as("seed %d", seed).isGreaterThan(600);
    }

    @Test
    void many_threads_get_no_more_than_one() throws Exception {
        var taken = new AtomicLong();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                threads.submit(() -> taken.addAndGet(bucket.take(1, 100, now).granted() ? 1 : 0));
            }
        }
        assertThat(taken.get()).isEqualTo(100);
    }

    private int take(int times, long rate, long burst) {
        int granted = 0;
        for (int i = 0; i < times; i++) {
            granted += bucket.take(rate, burst, now).granted() ? 1 : 0;
        }
        return granted;
    }
}
