package tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LongWorkTest {

    private static final TenantId GREEDY = new TenantId("greedy");
    private static final TenantId MODEST = new TenantId("modest");

    private final LongWork work = new LongWork(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> callers = new ArrayList<>();

    @Test
    void tenants_take_turns_whoever_has_more_waiting() throws InterruptedException {
        occupy();
        for (int i = 0; i < 5; i++) {
            ask(GREEDY, "greedy " + i);
        }
        ask(MODEST, "modest 0");
        ask(MODEST, "modest 1");

        held.countDown();
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(done)
                .containsExactly("greedy 0", "modest 0", "greedy 1", "modest 1", "greedy 2", "greedy 3", "greedy 4");
    }

    @Test
    void it_is_done_on_a_thread_that_the_kernel_interrupts_and_where_one_asks_the_answer_is_the_same()
            throws Exception {
        var asked = new CompletableFuture<Boolean>();
        Thread.ofVirtual()
                .start(() -> asked.complete(
                        LongWork.of(MODEST, () -> Thread.currentThread().isVirtual())))
                .join();
        Thread here = Thread.currentThread();

        assertThat(asked.get()).isFalse();
        assertThat(LongWork.of(MODEST, Thread::currentThread)).isSameAs(here);
    }

    @Test
    void a_work_that_takes_long_is_left_for_another_tenants_and_gone_on_with() throws InterruptedException {
        var begun = new CountDownLatch(1);
        callers.add(Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(GREEDY, () -> {
                begun.countDown();
                long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (!done.contains("modest") && System.nanoTime() < end) {
                    LongWork.giveWay();
                }
                return done.add("greedy");
            });
        }));
        begun.await();
        callers.add(Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(GREEDY, () -> done.add("greedy, later"));
        }));
        callers.add(Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(MODEST, () -> done.add("modest"));
        }));
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(done).containsExactly("modest", "greedy", "greedy, later");
    }

    @Test
    void no_more_than_so_many_compute_at_a_time_whoever_gives_way() throws InterruptedException {
        var two = new LongWork(2);
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        for (int i = 0; i < 12; i++) {
            var tenant = new TenantId("tenant_" + i % 5);
            callers.add(Thread.ofVirtual().start(() -> {
                var unused = two.inTurn(tenant, () -> {
                    long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
                    while (System.nanoTime() < end) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        running.decrementAndGet();
                        LongWork.giveWay();
                    }
                    return 0;
                });
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(most.get()).isBetween(1, 2);
        assertThat(two.waiting()).isZero();
    }

    @Test
    void it_takes_the_connections_that_whoever_asks_may_take() {
        assertThat(Capacity.LANES.<Capacity, RuntimeException>call(() -> work.inTurn(MODEST, Capacity::current)))
                .isEqualTo(Capacity.LANES);
        assertThat(work.inTurn(MODEST, Capacity::current)).isEqualTo(Capacity.SHARED);
    }

    @Test
    void what_fails_fails_where_it_was_asked_for_and_nothing_else() {
        var refusal = new InvalidField("/a", "rule", "says why");

        assertThatThrownBy(() -> work.inTurn(GREEDY, () -> {
                    throw refusal;
                }))
                .isSameAs(refusal);
        assertThatThrownBy(() -> work.inTurn(GREEDY, () -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(work.<Integer>inTurn(GREEDY, () -> 7)).isEqualTo(7);
    }

    @Test
    void whoever_is_interrupted_waits_for_the_end_and_still_hears_of_it() throws InterruptedException {
        occupy();
        var interrupted = new AtomicBoolean();
        Thread caller = Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(MODEST, () -> done.add("done"));
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        caller.interrupt();
        held.countDown();
        caller.join();

        assertThat(done).containsExactly("done");
        assertThat(interrupted).isTrue();
    }

    @Test
    void what_is_written_is_the_same_however_long_it_becomes() throws Exception {
        byte[] few = LongWork.written(MODEST, out -> out.write(new byte[] {1, 2, 3}));
        byte[] many = LongWork.written(MODEST, out -> {
            for (int i = 0; i < 10_000; i++) {
                out.write(new byte[] {(byte) i, 2, 3}, 0, 2);
                out.write(7);
            }
        });

        assertThat(few).containsExactly(1, 2, 3);
        assertThat(many).hasSize(30_000).startsWith(0, 2, 7, 1, 2, 7);
        assertThatThrownBy(() -> LongWork.written(MODEST, out -> {
                    out.write(new byte[20_000]);
                    throw new IOException("gone");
                }))
                .hasMessage("gone");
        assertThatThrownBy(() -> LongWork.written(MODEST, out -> {
                    done.add("begun");
                    throw new IOException("gone");
                }))
                .hasMessage("gone");
        assertThat(done).containsExactly("begun");
    }

    /** The one thread waits until it is let go. */
    private void occupy() throws InterruptedException {
        var begun = new CountDownLatch(1);
        callers.add(Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(GREEDY, () -> {
                begun.countDown();
                try {
                    held.await();
                } catch (InterruptedException stopping) {
                    Thread.currentThread().interrupt();
                }
                return 0;
            });
        }));
        begun.await();
    }

    private void ask(TenantId tenant, String what) {
        int before = work.waiting();
        callers.add(Thread.ofVirtual().start(() -> {
            var unused = work.inTurn(tenant, () -> done.add(what));
        }));
        await().until(() -> work.waiting() > before);
    }
}
