package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;

/** The platform is killed while a tenant is frozen: it is frozen when it is there again, and what waited still waits. */
class FrozenCrashTest {

    @TempDir
    Path directory;

    @Test
    void what_was_frozen_is_frozen_and_goes_on_after_the_release() throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            List<String> queued = new ArrayList<>();
            TestTenant tenant;
            String operator;
            String containment;
            PlatformProcess first = PlatformProcess.start(directory, "--firebreak.execution.pools.shared.slots=2");
            try {
                operator = first.operatorKey();
                try (var tenants = TestTenants.at(first.base(), operator)) {
                    tenants.quotaClass(TestTenants.QUOTA_CLASS, TestTenants.ROOMY);
                    tenant = tenants.register("frozen_tenant");
                    tenants.connector(tenant.id(), "zendesk", URI.create(sandbox.url()));
                    sandbox.faults(new SandboxServer.Faults(0, 0, 503, true, false));
                    for (int n = 0; n < 12; n++) {
                        Answer asked = tenants.api()
                                .post(
                                        tenant.key(Role.AGENT),
                                        "/v1/actions",
                                        tenants.envelope(tenant.id(), "wr_crash", "zd_" + n));
                        assertThat(asked.status()).isEqualTo(202);
                        queued.add(asked.body().path("action_id").asString());
                    }
                    Answer frozen = tenants.api()
                            .post(
                                    operator,
                                    "/v1/containment?tenant=" + tenant.id(),
                                    Map.of("scope", "tenant", "posture", "frozen", "reason", "For a test."));
                    assertThat(frozen.status()).isEqualTo(200);
                    containment = frozen.body().at("/receipt/containment_id").asString();
                }
            } finally {
                first.kill();
            }
            sandbox.faults(SandboxServer.Faults.NONE);

            try (var second = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(second.base(), operator)) {
                Answer refused = tenants.api()
                        .post(
                                tenant.key(Role.AGENT),
                                "/v1/actions",
                                tenants.envelope(tenant.id(), "wr_crash", "zd_999"));
                assertThat(refused.status()).as(refused.body().toString()).isEqualTo(423);
                // Whether it was killed before or after the receipt was written: it is there.
                await(() -> !tenants.api()
                        .get(tenant.key(Role.AUDITOR), "/v1/containment/" + containment)
                        .orThrow()
                        .body()
                        .path("receipts")
                        .isEmpty());
                List<String> held = queued.stream()
                        .filter(action -> state(tenants, tenant, action).equals("queued"))
                        .toList();
                assertThat(held).hasSizeGreaterThanOrEqualTo(10);
                assertThat(sandbox.effects()).isZero();

                assertThat(tenants.api()
                                .post(
                                        operator,
                                        "/v1/containment?tenant=" + tenant.id(),
                                        Map.of("scope", "tenant", "posture", "normal", "reason", "For a test."))
                                .status())
                        .isEqualTo(200);
                for (String action : held) {
                    await(() -> state(tenants, tenant, action).equals("succeeded"));
                }
                assertThat(sandbox.effects()).isEqualTo(held.size());
            }
        }
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
