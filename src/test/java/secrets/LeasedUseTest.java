package secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tenancy.ActionId;
import tenancy.TenantId;

class LeasedUseTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final Instant END = Instant.parse("2026-11-24T12:05:00Z");
    private static final Fence FENCE = new Fence(ACME, Scope.AGENT, "triage", 1);
    private static final Concealed VALUE = new Concealed("planted-for-the-test");

    private final UsesUnderWay underWay = new UsesUnderWay();

    /**
     * The race that matters: uses that are checked, opened and let go while a fence is committed. Whatever happens
     * first, once the revocation has returned nothing leaves any more.
     */
    @Test
    void nothing_leaves_once_a_revocation_has_returned() throws Exception {
        int left = 0;
        int stopped = 0;
        for (int round = 0; round < 100; round++) {
            var committed = new AtomicReference<@Nullable Fence>();
            var returned = new AtomicBoolean();
            var leftAfterwards = new AtomicInteger();
            var leftBefore = new AtomicInteger();
            var together = new CyclicBarrier(5);
            List<Thread> threads = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                String id = "ls_" + round + "_" + n;
                threads.add(Thread.ofPlatform().start(() -> {
                    await(together);
                    while (!returned.get()) {
                        once(id, committed, returned, leftBefore, leftAfterwards);
                    }
                    once(id, committed, returned, leftBefore, leftAfterwards);
                }));
            }
            await(together);
            if (round % 2 == 0) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
            committed.set(FENCE);
            List<LeasedUse> ended = underWay.revoke(FENCE);
            returned.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(leftAfterwards).as("round %d", round).hasValue(0);
            left += leftBefore.get();
            stopped += ended.size();
        }
        assertThat(left).isPositive();
        assertThat(stopped).as("revocations that met a use").isPositive();
    }

    private void once(
            String id,
            AtomicReference<@Nullable Fence> committed,
            AtomicBoolean returned,
            AtomicInteger leftBefore,
            AtomicInteger leftAfterwards) {
        try (LeasedUse use = new LeasedUse(lease(id), () -> {}, underWay::over)) {
            underWay.begun(use);
            do {
                Fence seen = committed.get();
                if (seen != null && seen.covers(issued(id, Mode.MUTATE))) {
                    return;
                }
            } while (!use.checked(issued(id, Mode.MUTATE)));
            use.opened(new Credential.Token(VALUE), List.of(VALUE), () -> {});
            boolean afterwards = returned.get();
            if (use.leaves()) {
                (afterwards ? leftAfterwards : leftBefore).incrementAndGet();
            }
        }
    }

    @Test
    void tells_what_became_of_each_when_it_was_revoked() {
        List<String> cancelled = new CopyOnWriteArrayList<>();
        LeasedUse waiting = open("ls_waiting", Mode.MUTATE, cancelled);
        LeasedUse running = open("ls_running", Mode.MUTATE, cancelled);
        LeasedUse reading = open("ls_reading", Mode.READ, cancelled);
        LeasedUse answered = open("ls_answered", Mode.MUTATE, cancelled);
        LeasedUse another = open("ls_another", Mode.MUTATE, cancelled);
        assertThat(running.leaves() && reading.leaves() && answered.leaves()).isTrue();
        answered.answered();
        another.close();

        List<LeasedUse> ended = underWay.revoke(FENCE);
        reading.close();

        assertThat(ended).containsExactlyInAnyOrder(waiting, running, reading, answered);
        assertThat(cancelled).containsExactlyInAnyOrder("ls_waiting", "ls_running", "ls_reading", "ls_answered");
        assertThat(waiting.fate().fate()).isEqualTo("cancelled");
        assertThat(running.fate().fate()).isEqualTo("unknown");
        assertThat(reading.fate().fate()).isEqualTo("cancelled");
        assertThat(answered.fate().fate()).isEqualTo("completed_before");
        assertThat(waiting.leaves()).isFalse();
        assertThat(running.outcome()).isEqualTo("cancelled");
        assertThat(underWay.revoke(FENCE)).as("each is ended once").isEmpty();
    }

    @Test
    void is_left_alone_by_fences_of_others_and_by_older_ones() {
        LeasedUse use = open("ls_1", Mode.READ, new ArrayList<>());
        for (Fence fence : List.of(
                new Fence(ACME, Scope.AGENT, "another", 9),
                new Fence(ACME, Scope.SECRET, "another", 9),
                new Fence(ACME, Scope.CONNECTOR, "another", 9),
                new Fence(ACME, Scope.GRANT, "another", 9),
                new Fence(ACME, Scope.AGENT_CLASS, "support_triage", 9),
                new Fence(ACME, Scope.AGENT, "triage", 0),
                new Fence(new TenantId("tenant_other"), Scope.TENANT, "tenant_other", 9))) {
            assertThat(underWay.revoke(fence)).as(fence.toString()).isEmpty();
        }
        assertThat(use.leaves()).isTrue();
    }

    @Test
    void forgets_what_was_opened_and_shows_nothing_of_it() {
        LeasedUse use = open("ls_1", Mode.READ, new ArrayList<>());
        assertThat(use.toString() + use.credential() + use.secrets()).doesNotContain(VALUE.reveal());

        use.close();
        use.close();

        assertThat(use.secrets()).isEmpty();
        assertThat(use.leaves()).isFalse();
        assertThat(use.outcome()).isEqualTo("unused");
    }

    private LeasedUse open(String id, Mode mode, List<String> cancelled) {
        var use = new LeasedUse(lease(id, mode), () -> cancelled.add(id), underWay::over);
        underWay.begun(use);
        assertThat(use.checked(issued(id, mode))).isTrue();
        use.opened(new Credential.Token(VALUE), List.of(VALUE), () -> {});
        return use;
    }

    private static Lease lease(String id) {
        return lease(id, Mode.MUTATE);
    }

    private static Lease lease(String id, Mode mode) {
        return new Lease(
                new ActionId(ACME, "act_1"), id, "zd", 1, "zendesk", "ticket.update", Requests.HOST, mode, END);
    }

    private static IssuedLease issued(String id, Mode mode) {
        return new IssuedLease(
                id,
                "act_1",
                "wr_1",
                "triage",
                "support_triage",
                "ws_support",
                "zd",
                1,
                "gr_1",
                "zendesk",
                "ticket.update",
                Requests.HOST,
                mode,
                0,
                END.minusSeconds(300),
                END);
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }
}
