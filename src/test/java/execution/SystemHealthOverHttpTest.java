package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import execution.gateway.HostileDestinations;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.json.JsonMapper;

/** What a tenant is told of its target systems, and where it may send nothing, over HTTP. */
@PlatformTest
class SystemHealthOverHttpTest {

    private static final JsonMapper JSON = new JsonMapper();

    private final Given given;
    private final AtomicInteger served = new AtomicInteger();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private volatile int status = 200;
    private HttpServer target;

    @Autowired
    SystemHealthOverHttpTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void serve() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            served.incrementAndGet();
            try {
                mayAnswer.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
    }

    @AfterEach
    void stop() {
        mayAnswer.countDown();
        target.stop(0);
    }

    @Test
    void a_full_operation_is_named_by_what_waits_for_it_and_a_failing_system_by_its_circuit() throws Exception {
        var acme = customer();
        Answer first =
                acme.agent().post("/v1/actions", envelope(acme.tenant(), 1)).expect(202);
        while (served.get() == 0) {
            Thread.sleep(5);
        }
        Answer second =
                acme.agent().post("/v1/actions", envelope(acme.tenant(), 2)).expect(202);

        Answer waits =
                acme.agent().get("/v1/actions/" + second.at("/action_id")).expect(200);
        assertThat(waits.body()).contains("operation_bulkhead", "operation:crm/export.start");
        Answer busy = acme.agent().get("/v1/connectors/crm/health").expect(200);
        assertThat(busy.at("/state")).isEqualTo("closed");
        assertThat(busy.at("/bulkhead/used")).isEqualTo("1");
        assertThat(busy.at("/bulkhead/most")).isEqualTo("16");
        assertThat(busy.at("/operations/0/operation")).isEqualTo("export.start");
        assertThat(busy.at("/operations/0/bulkhead/most")).isEqualTo("1");
        assertThat(busy.at("/operations/0/bulkhead/waiting")).isEqualTo("1");
        assertThat(served).hasValue(1);

        status = 500;
        mayAnswer.countDown();
        for (Answer one : new Answer[] {first, second}) {
            ended(acme, one);
        }

        Answer failing = acme.auditor().get("/v1/connectors/crm/health").expect(200);
        assertThat(failing.at("/state")).isEqualTo("open");
        assertThat(failing.at("/failure_rate")).isEqualTo("100.0");
        assertThat(failing.at("/opens_at")).isNotEmpty();
        assertThat(failing.at("/last_failure")).isEqualTo("target_failed");
        Answer refused = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), 3))
                .expect(200);
        assertThat(refused.at("/outcome/code")).isEqualTo("circuit_open");
        assertThat(refused.at("/cause/owner")).isEqualTo("provider");
        assertThat(refused.at("/cause/scope")).isEqualTo("system:crm");
        assertThat(refused.at("/cause/resets_at")).isEqualTo(failing.at("/opens_at"));
        assertThat(served).hasValue(2);
        acme.agent().get("/v1/connectors/none/health").expect(404);
    }

    @Test
    void no_webhook_is_taken_for_a_url_that_is_not_plain() {
        var acme = given.customer();
        int taken = 0;
        for (String url : HostileDestinations.urls(target.getAddress().getPort())) {
            Answer answer = acme.admin().post("/v1/webhooks", "{\"url\":%s}".formatted(JSON.writeValueAsString(url)));
            if (answer.status() == 201) {
                // A plain address: where it leads is asked when something is sent.
                assertThat(URI.create(url).getScheme()).as(url).isEqualTo("https");
                acme.admin().delete("/v1/webhooks/" + answer.at("/webhook_id"));
                taken++;
            } else {
                assertThat(answer.status()).as(url).isEqualTo(400);
            }
        }
        assertThat(taken).isPositive();
        assertThat(served).hasValue(0);
    }

    private static void ended(Given.Customer acme, Answer action) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!acme.agent()
                .get("/v1/actions/" + action.at("/action_id"))
                .at("/state")
                .equals("outcome_unknown")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private Given.Customer customer() {
        var customer = given.customer();
        given.operator()
                .put("/v1/connectors/crm?tenant=" + customer.tenant(), """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"read_timeout":"PT30S",
             "circuit_breaker":{"window":2,"minimum_calls":2,"open_for":"PT60S"},
             "operations":{"export.start":{"effect":"write","method":"POST","path":"/exports","bulkhead":1,
                 "argument_schema":{"type":"object","properties":{"number":{"type":"integer"}}}}}}\
            """.formatted(
                                target.getAddress().getPort()))
                .expect(201);
        Answer published = customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"exports","effect":"allow","operations":["export.start"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """);
        assertThat(published.status()).as(published.body()).isIn(200, 201);
        return customer;
    }

    private static String envelope(String tenant, int number) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"export.start","target":{"system":"crm"},
             "arguments":{"number":%d},"data_classes":["internal"]}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, number);
    }
}
