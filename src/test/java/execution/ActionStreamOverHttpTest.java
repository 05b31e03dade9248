package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** A tool that speaks in events, followed over HTTP. */
@PlatformTest
class ActionStreamOverHttpTest {

    private static final int MANY = 900;

    private final Given given;
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private HttpServer target;

    @Autowired
    ActionStreamOverHttpTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void serve() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/few", exchange -> {
            begin(exchange);
            send(exchange, "event: token\ndata: Hel\n\nevent: firebreak.ended\ndata: not yet\n\n");
            try {
                mayGoOn.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            send(exchange, "data: a\ndata: b\n\n");
            exchange.close();
        });
        target.createContext("/many", exchange -> {
            begin(exchange);
            for (int i = 0; i < MANY; i++) {
                send(exchange, "data: " + "x".repeat(900) + "\n\n");
            }
            exchange.close();
        });
        target.start();
    }

    @AfterEach
    void stop() {
        mayGoOn.countDown();
        target.stop(0);
    }

    private static void begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    @Test
    void what_the_tool_says_is_followed_to_its_end_and_again_from_any_event() throws Exception {
        var acme = customer();
        String path = "/v1/actions/"
                + acme.agent()
                        .post("/v1/actions", envelope(acme.tenant(), "few"))
                        .expect(202)
                        .at("/action_id");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var live = threads.submit(() -> acme.agent().get(path + "/stream"));
            Thread.sleep(200);
            mayGoOn.countDown();

            String seen = live.get().expect(200).body();
            assertThat(seen)
                    .containsSubsequence(
                            "id: 1\nevent: token\ndata: Hel\n\n",
                            "id: 2\nevent: message\ndata: not yet\n\n",
                            "id: 3\nevent: message\ndata: a\ndata: b\n\n",
                            "event: firebreak.ended\ndata: {",
                            "\"state\":\"succeeded\"");
        }

        Answer result = acme.auditor().get(path).expect(200);
        assertThat(result.at("/outcome/result/2/data")).isEqualTo("a\nb");
        String again = acme.auditor()
                .send("GET", path + "/stream", null, "Last-Event-ID", "2")
                .body();
        assertThat(again).contains("id: 3\n", "firebreak.ended").doesNotContain("id: 2\n", "data: Hel");
        given.customer().agent().get(path + "/stream").expect(404);
        acme.agent().get("/v1/actions/act_none/stream").expect(404);
    }

    @Test
    void a_client_that_reads_nothing_or_goes_away_holds_nothing_up() throws Exception {
        var acme = customer();
        mayGoOn.countDown();
        String action = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "many"))
                .expect(202)
                .at("/action_id");
        var platform = acme.agent().platform();
        try (var idle = new Socket(platform.getHost(), platform.getPort());
                var gone = new Socket(platform.getHost(), platform.getPort())) {
            for (Socket one : new Socket[] {idle, gone}) {
                one.getOutputStream()
                        .write("GET /v1/actions/%s/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(action, acme.agent().credential())
                                .getBytes(StandardCharsets.US_ASCII));
            }
            gone.close();

            Answer ended = acme.agent().get("/v1/actions/" + action);
            while (!ended.at("/state").equals("succeeded")) {
                assertThat(ended.at("/state")).isIn("queued", "running");
                Thread.sleep(10);
                ended = acme.agent().get("/v1/actions/" + action);
            }
            assertThat(ended.json().at("/outcome/result")).hasSize(MANY);
        }
    }

    private Given.Customer customer() {
        var customer = given.customer();
        String operation = """
            {"effect":"read","method":"GET","path":"/%s","streams":true,"argument_schema":{"type":"object"}}\
            """;
        given.operator()
                .put("/v1/connectors/llm?tenant=" + customer.tenant(), """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"max_response_bytes":1048576,
             "operations":{"say.few":%s,"say.many":%s}}\
            """.formatted(
                                target.getAddress().getPort(), operation.formatted("few"), operation.formatted("many")))
                .expect(201);
        Answer published = customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"say","effect":"allow","operations":["say.few","say.many"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """);
        assertThat(published.status()).as(published.body()).isIn(200, 201);
        return customer;
    }

    private static String envelope(String tenant, String operation) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"say.%s","target":{"system":"llm"},
             "arguments":{},"data_classes":["internal"]}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, operation);
    }
}
