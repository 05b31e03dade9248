package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A rebuild goes slowly beside others, and fast alone. */
class PaceTest {

    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong rested = new AtomicLong();

    private Pace pace(double share) {
        return new Pace(share, entries::get, nanos::get, rested::addAndGet);
    }

    /** A step of a tenth of a second, in which others wrote so many entries. */
    private long restAfter(Pace pace, int written) {
        long began = nanos.get();
        nanos.addAndGet(100_000_000);
        entries.addAndGet(written);
        long before = rested.get();
        pace.rest(began);
        return (rested.get() - before) / 1_000_000;
    }

    @Test
    void it_rests_for_as_long_as_its_share_says_while_others_write_and_takes_small_steps() {
        Pace pace = pace(0.25);

        for (int step = 0; step < 10; step++) {
            assertThat(restAfter(pace, 100)).isEqualTo(300);
            assertThat(pace.entries()).isLessThan(500);
        }
    }

    @Test
    void it_does_not_rest_once_nobody_writes_and_takes_large_steps() {
        Pace pace = pace(0.25);
        for (int step = 0; step < 3; step++) {
            long unused = restAfter(pace, 1);
        }

        assertThat(restAfter(pace, 1)).isZero();
        assertThat(pace.entries()).isGreaterThan(1_000);
        assertThat(pace.rows()).isGreaterThan(1_000);
    }

    @Test
    void it_rests_again_when_others_begin_again() {
        Pace pace = pace(0.5);
        for (int step = 0; step < 4; step++) {
            long unused = restAfter(pace, 0);
        }
        for (int step = 0; step < 3; step++) {
            long unused = restAfter(pace, 1_000);
        }

        assertThat(restAfter(pace, 1_000)).isEqualTo(100);
    }

    @Test
    void its_share_grows_to_all_of_the_time_while_writers_are_faster() {
        Pace pace = pace(0.25);

        pace.quicken();
        assertThat(restAfter(pace, 1_000)).isEqualTo(100);
        pace.quicken();
        pace.quicken();
        assertThat(restAfter(pace, 1_000)).isZero();
    }

    @Test
    void it_does_not_rest_while_somebody_waits_for_it_and_never_longer_than_a_second() {
        Pace pace = pace(0.001);

        pace.hurried(() -> assertThat(restAfter(pace, 1_000)).isZero());
        assertThat(restAfter(pace, 1_000)).isEqualTo(1_000);
    }
}
