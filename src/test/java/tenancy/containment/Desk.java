package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import platform.Given;
import platform.Given.Customer;
import platform.TestClient;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/**
 * A customer with one target system, which tells what arrived, in its order. The record's name says how it is answered:
 * {@code waits…} later, {@code fails…} with a no, {@code lost…} never.
 */
final class Desk implements AutoCloseable {

    /** Of its own: others narrow the one that tests share. */
    static final String QUOTA_CLASS = "desk";

    /** What arrived: the record that it was about. */
    final ConcurrentLinkedQueue<String> arrivals = new ConcurrentLinkedQueue<>();

    final AtomicInteger waiting = new AtomicInteger();
    final Customer customer;
    private final Given given;
    private final HttpServer target;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    Desk(Given given) {
        this(given, 100);
    }

    Desk(Given given, int bulkhead) {
        this.given = given;
        this.customer = given.customer("tenant_" + UUID.randomUUID().toString().replace("-", ""), QUOTA_CLASS);
        try {
            target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        target.setExecutor(threads);
        target.createContext("/", this::answer);
        target.start();
        for (String system : List.of("desk", "other")) {
            connector(system, bulkhead, "");
        }
        policy("{\"id\":\"all\",\"effect\":\"allow\",\"operations\":[\"*\"],\"words\":\"Everything goes.\"}");
    }

    /** @param more further fields of the connector, with a comma after each */
    void connector(String system, int bulkhead, String more) {
        String document = """
            {%4$s"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":%d,"read_timeout":"PT60S",
             "circuit_breaker":{"window":1000,"minimum_calls":1000},
             "operations":{
               "ticket.read":{"effect":"read","method":"GET","path":"/read/{record_id}",%3$s},
               "ticket.buy":{"effect":"write","method":"POST","path":"/buy/{record_id}","price_micros":1500,%3$s},
               "ticket.draft":{"effect":"write","method":"POST","path":"/draft/{record_id}","reversible":true,%3$s},
               "ticket.update":{"effect":"write","method":"PUT","path":"/update/{record_id}",%3$s}}}\
            """.formatted(target.getAddress().getPort(), bulkhead, """
            "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
            "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}\
            """, more);
        operator()
                .put("/v1/connectors/" + system + "?tenant=" + tenant(), document)
                .expect(201);
    }

    /** @param headers name, value: of a version that takes the place of another, {@code If-Match} */
    void policy(String rule, String... headers) {
        String document = """
            {"document":{"rules":[%s],"destinations":{"allow":["*"],"recipients":{"allow":["*"]}},
             "data_classes":["internal"],"models":[]},"comment":"For a test."}\
            """.formatted(rule);
        int status = operator()
                .put("/v1/policies/" + Given.PROFILE + "?tenant=" + tenant(), document, headers)
                .status();
        assertThat(status).isBetween(200, 201);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String record = path.substring(path.lastIndexOf('/') + 1);
            arrivals.add(record);
            exchange.getRequestBody().readAllBytes();
            if (record.startsWith("waits")) {
                waiting.incrementAndGet();
                mayAnswer.await();
            }
            if (record.startsWith("lost")) {
                return;
            }
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(record.startsWith("fails") ? 422 : 200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on what waits at the target is answered. */
    void answerAll() {
        mayAnswer.countDown();
    }

    String tenant() {
        return customer.tenant();
    }

    TestClient operator() {
        return given.operator();
    }

    TestClient admin() {
        return customer.admin();
    }

    /** Asks for it, and waits for what comes of it. */
    Answer done(String operation, String record) {
        return ask("?wait=PT10S", "desk", operation, "wr_1", record);
    }

    Answer ask(String operation, String record) {
        return ask("", "desk", operation, "wr_1", record);
    }

    Answer ask(String query, String system, String operation, String run, String record) {
        return customer.agent().post("/v1/actions" + query, """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"%s","record_id":"%s"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(
                tenant(), Given.WORKSPACE, Given.AGENT, run, Given.PROFILE, QUOTA_CLASS, operation, system, record));
    }

    Answer action(String action) {
        return admin().get("/v1/actions/" + action).expect(200);
    }

    /** Contains as the tenant's admin. */
    Answer contain(String scope, String key, String posture) {
        return contain(admin(), "", scope, key, posture, "");
    }

    /** @param more further fields, with a comma before each */
    Answer contain(TestClient by, String query, String scope, String key, String posture, String more) {
        String named = key.isEmpty() ? "" : ",\"key\":\"%s\"".formatted(key);
        return by.post("/v1/containment" + query, """
            {"scope":"%s"%s,"posture":"%s","reason":"For a test."%s}\
            """.formatted(scope, named, posture, more));
    }

    Answer containAsOperator(String scope, String key, String posture, String more) {
        return contain(operator(), "?tenant=" + tenant(), scope, key, posture, more);
    }

    List<JsonNode> journal(String type) {
        return customer.auditor()
                .get("/v1/journal?limit=200&type=" + type)
                .expect(200)
                .json()
                .at("/items")
                .valueStream()
                .toList();
    }

    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        answerAll();
        target.stop(0);
        threads.shutdownNow();
    }
}
