package audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FollowerTest {

    private static final Duration OFTEN = Duration.ofMillis(1);
    private static final int FOR_EVER = 1_000_000_000;

    @Test
    void looks_again_and_again() throws InterruptedException {
        var looks = new CountDownLatch(3);
        var follower = new Follower("follower", OFTEN, 0, pace -> looks.countDown());
        follower.start();
        try {
            assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            follower.stop();
        }
    }

    @Test
    void is_stopped_out_of_its_rest_and_does_not_go_on() {
        var began = new CountDownLatch(1);
        var goesOn = new CompletableFuture<Boolean>();
        var follower = new Follower("follower", OFTEN, FOR_EVER, pace -> {
            began.countDown();
            goesOn.complete(pace.rest());
        });
        follower.start();
        assertThat(follower.isRunning()).isTrue();
        assertThat(began)
                .satisfies(
                        latch -> assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue());
        assertThat(goesOn).isNotDone();
        follower.stop();
        assertThat(goesOn.orTimeout(10, TimeUnit.SECONDS).join()).isFalse();
        assertThat(follower.isRunning()).isFalse();
    }
}
