package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/** SIGKILL while people agree: a grant and the action it queues are both there or neither, and what waits goes on waiting. */
class ApprovalCrashTest {

    private static final int ACTIONS = 60;

    @TempDir
    Path directory;

    @Test
    void a_grant_and_its_action_are_committed_together_and_held_actions_survive() throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            List<String> held = new ArrayList<>();
            String brief;
            List<String> checked = new ArrayList<>();
            TestTenant tenant;
            String operator;
            PlatformProcess first = PlatformProcess.start(HoldingPlatform.class, directory);
            try {
                operator = first.operatorKey();
                try (var tenants = TestTenants.at(first.base(), operator)) {
                    tenants.quotaClass(TestTenants.QUOTA_CLASS, TestTenants.ROOMY);
                    tenant = tenants.register("crash_tenant");
                    tenants.connector(tenant.id(), "zendesk", URI.create(sandbox.url()));
                    tenants.connector(tenant.id(), "web", URI.create(sandbox.url()));
                    for (int n = 0; n < ACTIONS; n++) {
                        held.add(submit(tenants, tenant, "zd_1" + n, "approval_required"));
                    }
                    brief = submit(tenants, tenant, "zd_20", "approval_required");
                    sandbox.faults(new SandboxServer.Faults(1_500, 0, 503, false, false));
                    for (int n = 0; n < 4; n++) {
                        checked.add(submit(tenants, tenant, "zd_3" + n, "queued"));
                    }
                    await(() -> checked.stream()
                            .allMatch(action -> state(tenants, tenant, action).equals("checking")));
                    killWhileGranting(first, tenants, tenant, held);
                }
            } finally {
                first.kill();
            }
            sandbox.faults(SandboxServer.Faults.NONE);

            try (var second = PlatformProcess.start(HoldingPlatform.class, directory);
                    var tenants = TestTenants.at(second.base(), operator)) {
                await(() -> checked.stream()
                        .allMatch(action -> state(tenants, tenant, action).equals("succeeded")));
                Map<String, String> before = new HashMap<>();
                for (String action : held) {
                    String approval =
                            approval(tenants, tenant, action).path("state").asString();
                    assertThat(approval).isIn("open", "granted");
                    if (approval.equals("granted")) {
                        // Running when it was killed, and not repeatable: nobody knows, and it says so.
                        await(() -> List.of("succeeded", "outcome_unknown").contains(state(tenants, tenant, action)));
                    } else {
                        assertThat(state(tenants, tenant, action)).isEqualTo("approval_required");
                    }
                    before.put(action, approval);
                }
                assertThat(before.values()).as("killed in the middle").contains("open", "granted");
                for (String action : held) {
                    if ("open".equals(before.get(action))) {
                        assertThat(grant(tenants, tenant, action).status()).isEqualTo(200);
                        await(() -> state(tenants, tenant, action).equals("succeeded"));
                    }
                }
                await(() -> state(tenants, tenant, brief).equals("denied"));
                assertThat(approval(tenants, tenant, brief).path("state").asString())
                        .isEqualTo("expired");
                long unknown = held.stream()
                        .filter(action -> state(tenants, tenant, action).equals("outcome_unknown"))
                        .count();
                assertThat(sandbox.effects()).isBetween(ACTIONS + 4 - unknown, ACTIONS + 4L);
            }
        }
    }

    /** As soon as a third has been granted, from several threads, without waiting for what is under way. */
    private static void killWhileGranting(
            PlatformProcess platform, TestTenants tenants, TestTenant tenant, List<String> held) throws Exception {
        var granted = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (String action : held) {
                threads.execute(() -> {
                    try {
                        grant(tenants, tenant, action);
                        granted.incrementAndGet();
                    } catch (RuntimeException killed) {
                        assertThat(killed).isNotNull();
                    }
                });
            }
            await(() -> granted.get() >= ACTIONS / 3);
            platform.kill();
        }
    }

    private static String submit(TestTenants tenants, TestTenant tenant, String record, String state) {
        Answer answer = tenants.api()
                .post(tenant.key(Role.AGENT), "/v1/actions", tenants.envelope(tenant.id(), "wr_crash", record));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        assertThat(answer.body().path("state").asString()).isEqualTo(state);
        return answer.body().path("action_id").asString();
    }

    private static Answer grant(TestTenants tenants, TestTenant tenant, String action) {
        return tenants.api()
                .post(tenant.key(Role.APPROVER), "/v1/approvals/" + action + ":grant", Map.of("comment", "fine"));
    }

    private static JsonNode approval(TestTenants tenants, TestTenant tenant, String action) {
        return tenants.api()
                .get(tenant.key(Role.APPROVER), "/v1/approvals/" + action)
                .orThrow()
                .body();
    }

    private static String state(TestTenants tenants, TestTenant tenant, String action) {
        return tenants.api()
                .get(tenant.key(Role.AGENT), "/v1/actions/" + action)
                .orThrow()
                .body()
                .path("state")
                .asString();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
