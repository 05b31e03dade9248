package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import execution.gateway.Outcome.Failed;
import execution.gateway.Outcome.Succeeded;
import execution.gateway.Outcome.Unknown;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

/** A tool that is down altogether, in each way that one can be, and comes back. */
class DeadToolTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String WRITE =
            "\"method\":\"POST\",\"path\":\"/w\",\"effect\":\"write\",\"argument_schema\":{}";
    private static final String RETRIED =
            "\"method\":\"GET\",\"path\":\"/r\",\"effect\":\"read\",\"argument_schema\":{},"
                    + "\"max_attempts\":5,\"backoff\":\"PT0.001S\"";
    private static final String PATIENT = "\"circuit_breaker\":{\"window\":1000,\"minimum_calls\":1000}";
    private static final String BREAKING =
            "\"circuit_breaker\":{\"window\":10,\"minimum_calls\":10,\"open_for\":\"PT20S\",\"trial_calls\":1}";

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RetryBudgets budgets =
            new RetryBudgets(new RetrySettings(10, 10, Duration.ofSeconds(10)), nanos::get);
    private volatile Instant now = NOON;
    private final Clock clock = new Clock() {
        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private TargetServer tool;
    private DestinationGuard guard;
    private TargetClient client;
    private Breakers breakers;
    private HttpToolGateway gateway;

    @BeforeEach
    void start() throws IOException {
        tool = new TargetServer();
        guard = Gateways.guard();
        client = Gateways.client(guard);
        breakers = new Breakers(clock, meters);
        var none = new StaticListableBeanFactory();
        gateway = new HttpToolGateway(
                client,
                breakers,
                budgets,
                Gateways.nothingLent(),
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                clock,
                new TenantTag(),
                meters,
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
    }

    @AfterEach
    void stop() throws IOException {
        client.destroy();
        guard.destroy();
        tool.close();
    }

    @Test
    void retries_of_a_tenant_stay_below_a_tenth_of_its_calls_and_end_with_a_cause() {
        tool.answers((exchange, n) -> TargetServer.json(exchange, 500, "{}"));
        HttpOperation operation = operation(RETRIED, PATIENT);
        Outcome last = null;
        for (int i = 0; i < 300; i++) {
            last = gateway.call(operation, call(ACME));
        }

        assertThat(tool.seen.size() - 300).isBetween(10, 30);
        assertThat(last).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo("target_failed");
            assertThat(failed.cause().limit()).isEqualTo("retry_budget");
            assertThat(failed.cause().scope()).isEqualTo("system:zendesk");
            assertThat(failed.cause().detail()).contains("zendesk", "retries are used up");
        });

        // What one tenant has used up is another's still, and comes back with time.
        int before = tool.seen.size();
        gateway.call(operation, call(GLOBEX));
        assertThat(tool.seen).hasSize(before + 5);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        before = tool.seen.size();
        gateway.call(operation, call(ACME));
        assertThat(tool.seen).hasSize(before + 5);
    }

    @Test
    void a_dead_tool_is_left_alone_by_those_it_is_dead_for_and_called_again_when_it_is_back() {
        var way = new AtomicInteger();
        tool.answers((exchange, n) -> {
            switch (way.getAndIncrement() % 3) {
                case 0 -> TargetServer.json(exchange, 500, "{}");
                case 1 -> exchange.close();
                default -> Thread.sleep(1_500);
            }
        });
        HttpOperation operation = operation(WRITE, BREAKING);
        int unknown = 0;
        int held = 0;
        for (int i = 0; i < 100; i++) {
            switch (gateway.call(operation, call(ACME))) {
                case Unknown doubtful -> unknown++;
                case Failed failed -> {
                    assertThat(failed.code()).isEqualTo("circuit_open");
                    assertThat(failed.cause().resetsAt()).isEqualTo(NOON.plusSeconds(20));
                    held++;
                }
                case Succeeded impossible -> throw new AssertionError();
            }
        }

        // A write whose outcome is unknown is not sent again.
        assertThat(unknown).isEqualTo(10);
        assertThat(held).isEqualTo(90);
        assertThat(tool.seen).hasSize(10);
        SystemHealth.Circuit circuit =
                breakers.seen(ACME, "zendesk", operation.target().breaker());
        assertThat(circuit.state()).isEqualTo("open");
        assertThat(circuit.failureRate()).isEqualTo(100.0);
        assertThat(circuit.opensAt()).isEqualTo(NOON.plusSeconds(20));
        assertThat(circuit.lastFailure()).isIn("target_failed", "connection_lost", "read_timeout");
        assertThat(open()).isEqualTo(1);

        tool.answers((exchange, n) -> TargetServer.json(exchange, 200, "{}"));
        assertThat(gateway.call(operation, call(GLOBEX))).isInstanceOf(Succeeded.class);
        now = NOON.plusSeconds(21);
        assertThat(gateway.call(operation, call(ACME))).isInstanceOf(Succeeded.class);
        assertThat(breakers.seen(ACME, "zendesk", operation.target().breaker()).state())
                .isEqualTo("closed");
        assertThat(open()).isZero();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void however_it_is_dead_reads_are_tried_again_a_tenth_as_often_and_writes_never(DyingTool.Way way)
            throws Exception {
        try (var dying = new DyingTool()) {
            dying.ways = List.of(way);
            HttpOperation read = operation(dying.url(), RETRIED, PATIENT);
            HttpOperation write = operation(dying.url(), WRITE, PATIENT);

            List<Outcome> reads = atOnce(200, read);
            List<Outcome> writes = atOnce(100, write);

            assertThat(reads).hasSize(200).allSatisfy(one -> assertThat(one).isInstanceOf(Failed.class));
            assertThat(writes).hasSize(100).allSatisfy(one -> assertThat(one).isInstanceOf(Unknown.class));
            long readsSeen = dying.seen.stream()
                    .filter(one -> one.method().equals("GET"))
                    .count();
            assertThat(readsSeen - 200).isBetween(1L, 20L);
            assertThat(dying.seen.size() - readsSeen).isEqualTo(100);
        }
    }

    private List<Outcome> atOnce(int times, HttpOperation operation) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Outcome> one = () -> gateway.call(operation, call(ACME));
            List<Outcome> outcomes = new ArrayList<>();
            for (var done : threads.invokeAll(Collections.nCopies(times, one))) {
                outcomes.add(done.get());
            }
            return outcomes;
        }
    }

    private static HttpOperation operation(String url, String operation, String members) {
        String document = Documents.of(url, "\"allow_private_addresses\":[\"127.0.0.1\"]," + members, operation);
        return Documents.operation(document.replace("\"read_timeout\":\"PT1S\"", "\"read_timeout\":\"PT0.3S\""), "op");
    }

    private double open() {
        return meters.get("gateway.circuits.open")
                .tag("system", "zendesk")
                .gauge()
                .value();
    }

    private HttpOperation operation(String operation, String members) {
        return Documents.operation(
                Documents.of(tool.url(), "\"allow_private_addresses\":[\"127.0.0.1\"]," + members, operation), "op");
    }

    private static ToolGateway.Call call(TenantId tenant) {
        return new ToolGateway.Call(
                new ActionId(tenant, "act_1"),
                TenantContext.of(tenant, "key:k_1", null),
                new Target("zendesk", Map.of()),
                "{}",
                "key-1");
    }
}
