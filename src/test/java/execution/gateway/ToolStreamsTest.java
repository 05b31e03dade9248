package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

class ToolStreamsTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final ActionId ACTION = new ActionId(ACME, "act_1");

    private final ToolStreams streams = new ToolStreams();
    private TargetServer tool;
    private DestinationGuard guard;
    private TargetClient client;

    @BeforeEach
    void start() throws IOException {
        tool = new TargetServer();
        guard = Gateways.guard();
        client = Gateways.client(guard);
    }

    @AfterEach
    void stop() throws IOException {
        client.destroy();
        guard.destroy();
        tool.close();
    }

    @Test
    void events_are_read_as_the_standard_says() throws IOException {
        String text = "\ufeff: hello\r\nevent: a\rdata: one\ndata:two\r\nid: 7\n\n"
                + "data\n\n"
                + "event: lost\n\n"
                + "retry: 5\ndata:  x: y\n\n"
                + "data: cut off";
        var passed = new ArrayList<ToolEvent>();

        var all = new EventStreamReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1_000, 10)
                .all(passed::add);

        assertThat(all)
                .contains(List.of(
                        new ToolEvent("a", "one\ntwo", "7"),
                        new ToolEvent("message", "", "7"),
                        new ToolEvent("message", " x: y", "7")));
        assertThat(passed).isEqualTo(all.orElseThrow());
    }

    @Test
    void events_pass_while_the_call_goes_on_and_all_of_them_are_its_result() throws Exception {
        var second = new CountDownLatch(1);
        tool.answers((exchange, n) -> {
            begin(exchange);
            send(exchange, "event: token\ndata: Hel\n\n");
            second.await();
            send(exchange, "event: token\ndata: lo\n\n");
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var follower = streams.follow(ACTION);
                var idle = streams.follow(ACTION)) {
            var outcome = threads.submit(() -> call(""));

            assertThat(follower.after(0, 10_000)).containsExactly(new ToolEvent("token", "Hel", null));
            assertThat(outcome.isDone()).isFalse();
            second.countDown();
            assertThat(follower.after(1, 10_000)).containsExactly(new ToolEvent("token", "lo", null));

            // The other one has read nothing at all, which was nothing to the call.
            assertThat(outcome.get())
                    .isEqualTo(new Outcome.Succeeded(
                            200, "[{\"event\":\"token\",\"data\":\"Hel\"},{\"event\":\"token\",\"data\":\"lo\"}]", 1));
            assertThat(idle.after(0, 1)).hasSize(2);
        }
        assertThat(streams.inUse()).isZero();
    }

    @Test
    void a_stream_without_an_end_is_ended_by_its_size_its_number_its_pause_and_its_time() {
        tool.answers((exchange, n) -> {
            begin(exchange);
            while (true) {
                send(exchange, "data: 0123456789\n\n");
                Thread.sleep(1);
            }
        });
        assertThat(code(call(",\"stream_limits\":{\"events\":20}"))).isEqualTo("response_too_large");
        assertThat(code(call(",\"stream_limits\":{\"events\":10000}"))).isEqualTo("response_too_large");
        tool.answers((exchange, n) -> {
            begin(exchange);
            while (true) {
                send(exchange, "data: x\n\n");
                Thread.sleep(20);
            }
        });
        assertThat(code(call(",\"stream_limits\":{\"events\":10000,\"time\":\"PT0.1S\"}")))
                .isEqualTo("read_timeout");
        tool.answers((exchange, n) -> {
            begin(exchange);
            send(exchange, "data: x\n\n");
            Thread.sleep(30_000);
        });
        assertThat(code(call(",\"stream_limits\":{\"idle\":\"PT0.2S\"}"))).isEqualTo("read_timeout");
        assertThat(streams.inUse()).isZero();
    }

    @Test
    void an_answer_that_is_no_stream_is_an_answer() {
        tool.answers((exchange, n) -> TargetServer.json(exchange, 200, "{\"a\":1}"));

        assertThat(call("")).isEqualTo(new Outcome.Succeeded(200, "{\"a\":1}", 1));
    }

    private static void begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    private static String code(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).code();
    }

    private Outcome call(String limits) {
        var none = new StaticListableBeanFactory();
        var gateway = new HttpToolGateway(
                client,
                new Breakers(Clock.systemUTC(), new SimpleMeterRegistry()),
                Gateways.retries(),
                Gateways.nothingLent(),
                Gateways.nothingHandedOut(),
                streams,
                Gateways.noDrift(),
                Clock.systemUTC(),
                new TenantTag(),
                new SimpleMeterRegistry(),
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
        String document = Documents.of(
                tool.url(),
                "\"allow_private_addresses\":[\"127.0.0.1\"],\"max_response_bytes\":4096",
                "\"method\":\"GET\",\"path\":\"/s\",\"effect\":\"read\",\"argument_schema\":{},\"streams\":true"
                        + limits);
        return gateway.call(
                Documents.operation(document, "op"),
                new ToolGateway.Call(
                        ACTION,
                        TenantContext.of(ACME, "key:k_1", null),
                        new Target("zendesk", Map.of()),
                        "{}",
                        "key-1"));
    }
}
