package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.json.JsonMapper;

/** SIGKILL in the middle of work: nothing vanishes, nothing runs twice, and what cannot be known is said. */
class CrashTest {

    private static final int ACTIONS = 60;
    private static final int AT_A_TIME = 4;

    @TempDir
    Path directory;

    @Test
    void queued_actions_run_once_and_started_ones_are_not_repeated() throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            sandbox.faults(new SandboxServer.Faults(300, 0, 503, false, false));
            List<String> actions = new ArrayList<>();
            TestTenant tenant;
            String operator;
            PlatformProcess first = PlatformProcess.start(directory);
            try {
                operator = first.operatorKey();
                try (var tenants = TestTenants.at(first.base(), operator)) {
                    tenants.quotaClass(TestTenants.QUOTA_CLASS, slow());
                    tenant = tenants.register("crash_tenant");
                    tenants.connector(tenant.id(), "mail", URI.create(sandbox.url()));
                    for (int n = 0; n < ACTIONS; n++) {
                        Answer answer =
                                tenants.api().post(tenant.key(Role.AGENT), "/v1/actions", mail(tenants, tenant, n));
                        assertThat(answer.status()).isEqualTo(202);
                        actions.add(answer.body().path("action_id").asString());
                    }
                    await(() -> sandbox.effects() >= AT_A_TIME);
                }
            } finally {
                first.kill();
            }
            sandbox.faults(SandboxServer.Faults.NONE);

            try (var second = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(second.base(), operator)) {
                Map<String, String> states = new HashMap<>();
                await(() -> {
                    for (String action : actions) {
                        states.put(
                                action,
                                tenants.api()
                                        .get(tenant.key(Role.AGENT), "/v1/actions/" + action)
                                        .orThrow()
                                        .body()
                                        .path("state")
                                        .asString());
                    }
                    return states.values().stream().noneMatch(List.of("queued", "running")::contains);
                });

                assertThat(states.values()).containsOnly("succeeded", "outcome_unknown");
                long unknown = states.values().stream()
                        .filter("outcome_unknown"::equals)
                        .count();
                assertThat(unknown).isBetween(1L, (long) AT_A_TIME);
                assertThat(subjects(sandbox)).doesNotHaveDuplicates();
                assertThat(sandbox.effects()).isBetween(ACTIONS - unknown, (long) ACTIONS);
            }
        }
    }

    /** The mails that were really sent; each of the test's has a subject of its own. */
    private static List<String> subjects(SandboxServer sandbox) {
        try (var target = new DemoApi(URI.create(sandbox.url()), JsonMapper.shared())) {
            List<String> subjects = new ArrayList<>();
            target.get("", "/mails")
                    .orThrow()
                    .body()
                    .forEach(mail -> subjects.add(mail.path("subject").asString()));
            assertThat(subjects).hasSize((int) sandbox.effects());
            return subjects;
        }
    }

    private static Map<String, Object> slow() {
        Map<String, Object> limits = new HashMap<>(TestTenants.ROOMY);
        limits.put("max_parallel_actions", AT_A_TIME);
        return limits;
    }

    private static Map<String, Object> mail(TestTenants tenants, TestTenant tenant, int n) {
        Map<String, Object> envelope = new HashMap<>(tenants.envelope(tenant.id(), "wr_crash", "unused"));
        envelope.put("requested_action", "mail.send");
        envelope.put("target", Map.of("system", "mail"));
        envelope.put(
                "arguments", Map.of("to", List.of("buyer@example.com"), "subject", "Order " + n, "text", "Thank you."));
        return envelope;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
