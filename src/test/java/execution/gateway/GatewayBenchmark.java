package execution.gateway;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

/** What the gateway costs: {@code mvn test -Dtest=GatewayBenchmark -DexcludedGroups=}. */
@Tag("benchmark")
class GatewayBenchmark {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final Target TICKET = new Target("zendesk", Map.of("record_id", "zd_99102"));
    private static final String ARGUMENTS = LoopbackStub.ARGUMENTS;

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void validation() throws Exception {
        HttpOperation update = Documents.operation(Documents.demo("zendesk", "http://127.0.0.1:1"), "ticket.update");
        report("validated, small envelope", measured(100_000, () -> update.validated(TICKET, ARGUMENTS)));
        report("validated, small envelope", measured(200_000, () -> update.validated(TICKET, ARGUMENTS)));
    }

    @Test
    void a_call_beside_the_same_target_called_directly() throws Exception {
        try (var stub = new LoopbackStub()) {
            HttpOperation update = Documents.operation(Documents.demo("zendesk", stub.url()), "ticket.update");
            HttpToolGateway gateway = gateway();
            ToolGateway.Call call = new ToolGateway.Call(
                    new ActionId(ACME, "act_1"), TenantContext.of(ACME, "key:k", null), TICKET, ARGUMENTS, "key-1");
            for (int round = 0; round < 3; round++) {
                for (int clients : new int[] {1, 32}) {
                    report(clients + " direct", concurrent(clients, 20_000, () -> stub.direct()::call));
                    report(clients + " gateway", concurrent(clients, 20_000, () -> () -> gateway.call(update, call)));
                }
            }
        }
    }

    private interface Client {
        Work open() throws IOException;
    }

    private static long[] concurrent(int clients, int times, Client client) throws Exception {
        long[][] all = new long[clients][];
        CountDownLatch done = new CountDownLatch(clients);
        long start = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            int me = i;
            Thread.ofVirtual().start(() -> {
                try {
                    all[me] = measured(times / clients, client.open());
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                } finally {
                    done.countDown();
                }
            });
        }
        done.await();
        System.out.printf("%,9d/s ", times * 1_000_000_000L / (System.nanoTime() - start));
        return Arrays.stream(all).flatMapToLong(Arrays::stream).toArray();
    }

    private static long[] measured(int times, Work work) throws Exception {
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            work.run();
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    private static void report(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-28s p50 %,.1f us, p99 %,.1f us, worst %,.1f us%n",
                what,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3,
                nanos[nanos.length - 1] / 1e3);
    }

    private static HttpToolGateway gateway() {
        StaticListableBeanFactory none = new StaticListableBeanFactory();
        return new HttpToolGateway(
                Gateways.client(Gateways.guard()),
                new Breakers(Clock.systemUTC(), new SimpleMeterRegistry()),
                Gateways.retries(),
                Gateways.nothingLent(),
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                Clock.systemUTC(),
                new TenantTag(),
                new SimpleMeterRegistry(),
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
    }
}
