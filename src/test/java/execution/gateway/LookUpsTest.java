package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tenancy.TenantId;

class LookUpsTest {

    private static final TenantId SLOW = new TenantId("tenant_slow");
    private static final TenantId ACME = new TenantId("tenant_acme");

    private final CountDownLatch stuck = new CountDownLatch(1);
    private final AtomicInteger resolving = new AtomicInteger();

    private InetAddress[] resolve(String host) throws UnknownHostException {
        if (host.startsWith("slow")) {
            resolving.incrementAndGet();
            try {
                stuck.await();
            } catch (InterruptedException stopped) {
                throw new UnknownHostException(host);
            }
        }
        return new InetAddress[] {InetAddress.ofLiteral("93.184.215.14")};
    }

    @Test
    void a_tenant_whose_names_are_never_answered_holds_a_few_threads_and_nobody_else_up() throws Exception {
        try (var lookUps = new LookUps(this::resolve, new LookUpSettings(Duration.ofMillis(200), 8, 4));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var late = callers.invokeAll(Collections.<Callable<Boolean>>nCopies(40, () -> {
                assertThatThrownBy(() -> lookUps.addresses(SLOW, "slow.example"))
                        .isInstanceOf(LookUps.TookTooLong.class);
                return true;
            }));
            for (var one : late) {
                assertThat(one.get()).isTrue();
            }

            assertThat(resolving).hasValue(4);
            assertThat(lookUps.addresses(ACME, "quick.example")).hasSize(1);
            assertThat(lookUps.underWay()).isEqualTo(4);

            stuck.countDown();
            while (lookUps.underWay() > 0) {
                Thread.onSpinWait();
            }
            assertThat(lookUps.addresses(SLOW, "slow.example")).hasSize(1);
        }
    }

    @Test
    void an_address_is_not_looked_up() throws UnknownHostException {
        try (var lookUps = new LookUps(
                host -> {
                    throw new UnknownHostException(host);
                },
                new LookUpSettings(Duration.ofMillis(200), 8, 4))) {
            assertThat(lookUps.addresses(ACME, "::1")).hasSize(1);
            assertThat(lookUps.addresses(ACME, "10.0.0.1")).hasSize(1);
            assertThatThrownBy(() -> lookUps.addresses(ACME, "999.0.0.1")).isInstanceOf(UnknownHostException.class);
        }
    }
}
