package platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SIGKILL between a change and its answer: the change is repeated, because it may be, and what is put back is what was there
 * before the first time, not what the first time made of it.
 */
class ReadBeforeCrashTest {

    private static final String CONNECTOR = """
        {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":10,
         "operations":{
           "record.read":{"effect":"read","method":"GET","path":"/records/{record_id}",
             "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","properties":{}}},
           "record.update":{"effect":"write","method":"PUT","path":"/records/{record_id}",
             "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","required":["status"],"properties":{"status":{"type":"string"}}},
             "idempotent":true,"idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"},
             "compensation":{"operation":"record.update","target":{"record_id":"target.record_id"},
               "arguments":{"status":"prior.status"},
               "before":{"operation":"record.read","target":{"record_id":"target.record_id"}}}}}}\
        """;

    @TempDir
    Path directory;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch killed = new CountDownLatch(1);
    private volatile String record = "{\"status\":\"open\"}";

    @Test
    void what_a_repeated_change_is_put_back_to_is_what_was_there_before_the_first_attempt() throws Exception {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/records/", this::answer);
        target.start();
        try {
            String operator;
            TestTenant tenant;
            String action;
            PlatformProcess first = PlatformProcess.start(directory);
            try {
                operator = first.operatorKey();
                try (var tenants = TestTenants.at(first.base(), operator)) {
                    tenant = tenants.register("crash_tenant");
                    tenants.api()
                            .put(
                                    operator,
                                    "/v1/connectors/records?tenant=" + tenant.id(),
                                    JsonMapper.shared()
                                            .readTree(CONNECTOR.formatted(
                                                    target.getAddress().getPort())))
                            .orThrow();
                    action = tenants.api()
                            .post(tenant.key(Role.AGENT), "/v1/actions", envelope(tenant))
                            .orThrow()
                            .body()
                            .path("action_id")
                            .asString();
                    await(() -> requests.contains("PUT"));
                }
            } finally {
                first.kill();
            }
            killed.countDown();
            assertThat(record).contains("solved");

            try (var second = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(second.base(), operator)) {
                await(() -> tenants.api()
                        .get(tenant.key(Role.AUDITOR), "/v1/actions/" + action)
                        .orThrow()
                        .body()
                        .path("state")
                        .asString()
                        .equals("succeeded"));

                assertThat(requests).as("read once").containsExactly("GET", "PUT", "PUT");
                JsonNode plan = tenants.api()
                        .post(tenant.key(Role.TENANT_ADMIN), "/v1/rollbacks", Map.of("workflow_run_id", "wr_1"))
                        .orThrow()
                        .body();
                assertThat(plan.at("/steps/0/undo/arguments").asString())
                        .as("%s", plan)
                        .isEqualTo("{\"status\":\"open\"}");
            }
        } finally {
            target.stop(0);
        }
    }

    private static Map<String, Object> envelope(TestTenant tenant) {
        return Map.of(
                "tenant_id",
                tenant.id(),
                "workspace_id",
                TestTenants.WORKSPACE,
                "agent_id",
                TestTenants.AGENT,
                "workflow_run_id",
                "wr_1",
                "policy_profile",
                TestTenants.PROFILE,
                "quota_class",
                TestTenants.QUOTA_CLASS,
                "requested_action",
                "record.update",
                "target",
                Map.of("system", "records", "record_id", "r_1"),
                "arguments",
                Map.of("status", "solved"),
                "data_classes",
                List.of("internal"));
    }

    /** The first change is made, and answered only once its platform is dead. */
    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean read = exchange.getRequestMethod().equals("GET");
        if (!read) {
            record = new String(body, StandardCharsets.UTF_8);
        }
        requests.add(exchange.getRequestMethod());
        if (read) {
            byte[] found = record.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, found.length);
            exchange.getResponseBody().write(found);
        } else {
            try {
                killed.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(204, -1);
        }
        exchange.close();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
