package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SIGKILL in the middle of undoing: the next start goes on, and nothing is undone twice. */
class RollbackCrashTest {

    private static final String RUN = "wr_to_undo";
    private static final int TICKETS = 9;
    private static final int CUSTOMERS = 8;
    private static final int MAILS = 3;

    @TempDir
    Path directory;

    @Test
    void a_run_of_twenty_effects_is_undone_although_the_platform_is_killed_halfway() throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            String operator;
            TestTenant tenant;
            String path;
            PlatformProcess first = PlatformProcess.start(directory);
            try {
                operator = first.operatorKey();
                try (var tenants = TestTenants.at(first.base(), operator)) {
                    tenant = tenants.register("crash_tenant");
                    for (String system : List.of("zendesk", "crm", "mail")) {
                        tenants.connector(tenant.id(), system, URI.create(sandbox.url()));
                    }
                    work(tenants, tenant);
                    assertThat(sandbox.effects()).isEqualTo(TICKETS + CUSTOMERS + MAILS);
                    JsonNode plan = tenants.api()
                            .post(tenant.key(Role.TENANT_ADMIN), "/v1/rollbacks", Map.of("workflow_run_id", RUN))
                            .orThrow()
                            .body();
                    path = "/v1/rollbacks/" + plan.path("rollback_id").asString();
                    sandbox.faults(new SandboxServer.Faults(150, 0, 503, false, true));
                    tenants.api()
                            .post(
                                    tenant.key(Role.TENANT_ADMIN),
                                    path + ":execute",
                                    Map.of("digest", plan.path("digest").asString()))
                            .orThrow();
                    await(() -> sandbox.effects() >= TICKETS + CUSTOMERS + MAILS + 6);
                }
            } finally {
                first.kill();
            }
            assertThat(sandbox.effects()).as("killed in the middle").isLessThan(2 * (TICKETS + CUSTOMERS) + MAILS);
            sandbox.faults(SandboxServer.Faults.NONE);

            try (var second = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(second.base(), operator)) {
                await(() -> read(tenants, tenant, path).path("state").asString().equals("ended"));

                JsonNode ended = read(tenants, tenant, path);
                assertThat(ended.path("undone").asLong()).isEqualTo(TICKETS + CUSTOMERS);
                assertThat(ended.path("not_undone").asLong()).isEqualTo(MAILS);
                assertThat(sandbox.effects()).isEqualTo(2 * (TICKETS + CUSTOMERS) + MAILS);
            }
            restored(sandbox);
        }
    }

    /** On a few records several times over, so that order matters. */
    private static void work(TestTenants tenants, TestTenant tenant) {
        List<String> states = List.of("pending", "solved", "pending");
        for (int n = 0; n < TICKETS; n++) {
            act(
                    tenants,
                    tenant,
                    "ticket.update",
                    Map.of("system", "zendesk", "record_id", "zd_" + n % 3),
                    Map.of("status", states.get(n / 3), "priority", n % 2 == 0 ? "high" : "urgent"));
        }
        for (int n = 0; n < CUSTOMERS; n++) {
            act(
                    tenants,
                    tenant,
                    "crm.update",
                    Map.of("system", "crm", "record_id", "c_" + n % 4),
                    Map.of("stage", n < 4 ? "trial" : "customer", "note", "Call " + n));
        }
        for (int n = 0; n < MAILS; n++) {
            act(
                    tenants,
                    tenant,
                    "mail.send",
                    Map.of("system", "mail"),
                    Map.of("to", List.of("buyer@example.com"), "subject", "Order " + n, "text", "Thank you."));
        }
    }

    private static void act(
            TestTenants tenants,
            TestTenant tenant,
            String operation,
            Map<String, Object> target,
            Map<String, Object> arguments) {
        Map<String, Object> envelope = new HashMap<>(tenants.envelope(tenant.id(), RUN, "unused"));
        envelope.put("requested_action", operation);
        envelope.put("target", target);
        envelope.put("arguments", arguments);
        String key = UUID.randomUUID().toString();
        Answer done = tenants.api().act(tenant.key(Role.AGENT), envelope, key);
        assertThat(done.body().path("state").asString()).as("%s", done).isEqualTo("succeeded");
    }

    private static void restored(SandboxServer sandbox) {
        try (var target = new DemoApi(URI.create(sandbox.url()), JsonMapper.shared())) {
            target.get("", "/tickets").body().forEach(ticket -> {
                assertThat(ticket.path("status").asString()).as("%s", ticket).isEqualTo("open");
                assertThat(ticket.path("priority").asString()).as("%s", ticket).isEqualTo("normal");
            });
            target.get("", "/crm").body().forEach(customer -> {
                assertThat(customer.path("stage").asString()).as("%s", customer).isEqualTo("lead");
                assertThat(customer.path("note").asString()).as("%s", customer).isEmpty();
            });
            assertThat(target.get("", "/mails").body()).hasSize(MAILS);
            target.get("", "/counts")
                    .body()
                    .path("effects_by_key")
                    .forEach(times -> assertThat(times.asLong()).isEqualTo(1));
        }
    }

    private static JsonNode read(TestTenants tenants, TestTenant tenant, String path) {
        return tenants.api().get(tenant.key(Role.AUDITOR), path).orThrow().body();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
