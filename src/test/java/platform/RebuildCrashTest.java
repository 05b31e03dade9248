package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;

/**
 * SIGKILL in the middle of a rebuild, while its copies are filled and when they are complete: the old table serves on, and
 * the next rebuild ends with what the journal says.
 */
class RebuildCrashTest {

    private static final int SENDERS = 2;
    private static final int BEFORE = 40;
    /** So slow beside others that it is killed before it ends. */
    private static final String CRAWLING = "--firebreak.rebuild.share=0.001";

    @TempDir
    Path directory;

    private final AtomicInteger records = new AtomicInteger();
    private final Queue<String> done = new ConcurrentLinkedQueue<>();

    @Test
    void the_old_projection_serves_on_and_the_next_rebuild_ends_as_the_journal_says() throws Exception {
        try (var sandbox = SandboxServer.start(0)) {
            PlatformProcess first = PlatformProcess.start(directory, CRAWLING);
            String operator = first.operatorKey();
            TestTenant tenant;
            try (var tenants = TestTenants.at(first.base(), operator)) {
                tenant = tenants.register("crash_tenant");
                tenants.connector(tenant.id(), "zendesk", URI.create(sandbox.url()));
                killed(first, tenants, tenant, rebuild -> rebuild.path("passed").asLong() > 0);
            } finally {
                first.kill();
            }

            PlatformProcess second = PlatformProcess.start(directory, CRAWLING);
            try (var tenants = TestTenants.at(second.base(), operator)) {
                serves(tenants, tenant);
                killed(
                        second,
                        tenants,
                        tenant,
                        rebuild -> !rebuild.path("compared").isEmpty());
            } finally {
                second.kill();
            }

            try (var last = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(last.base(), operator)) {
                serves(tenants, tenant);
                for (int times = 0; times < 2; times++) {
                    tenants.api()
                            .post(operator, "/v1/projections/actions:rebuild", Map.of())
                            .orThrow();
                    await(() -> !rebuild(tenants).path("state").asString().equals("building"));
                    JsonNode rebuilt = rebuild(tenants);
                    assertThat(rebuilt.path("state").asString())
                            .as("%s", rebuilt)
                            .isEqualTo("done");
                    assertThat(rebuilt.at("/compared/0/equal").asBoolean())
                            .as("%s", rebuilt)
                            .isTrue();
                    assertThat(rebuilt.at("/compared/0/rows").asLong()).isGreaterThanOrEqualTo(done.size());
                    assertThat(listed(tenants, tenant)).containsAll(done);
                }
            }
        }
    }

    /** Kills the process once the rebuild has come so far, while others act. */
    private void killed(PlatformProcess running, TestTenants tenants, TestTenant tenant, Predicate<JsonNode> soFar)
            throws Exception {
        int before = done.size();
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < SENDERS; sender++) {
            senders.add(Thread.ofPlatform().start(() -> actUntilKilled(tenants, tenant)));
        }
        await(() -> done.size() >= before + BEFORE);
        tenants.api()
                .post(tenants.operator(), "/v1/projections/actions:rebuild", Map.of())
                .orThrow();
        await(() -> {
            JsonNode rebuild = rebuild(tenants);
            assertThat(rebuild.path("state").asString()).isEqualTo("building");
            return soFar.test(rebuild);
        });
        running.kill();
        for (Thread sender : senders) {
            sender.join();
        }
    }

    private void actUntilKilled(TestTenants tenants, TestTenant tenant) {
        try {
            while (true) {
                JsonNode ended = tenants.api()
                        .post(
                                tenant.key(Role.AGENT),
                                "/v1/actions?wait=PT10S",
                                tenants.envelope(tenant.id(), "wr_1", "zd_" + records.incrementAndGet()))
                        .orThrow()
                        .body();
                done.add(ended.path("action_id").asString());
            }
        } catch (RuntimeException killed) {
            // That is the end of it.
        }
    }

    private void serves(TestTenants tenants, TestTenant tenant) {
        assertThat(rebuild(tenants).path("state").asString()).isEqualTo("interrupted");
        assertThat(done).isNotEmpty();
        assertThat(listed(tenants, tenant)).containsAll(done);
    }

    private static Set<String> listed(TestTenants tenants, TestTenant tenant) {
        Set<String> listed = new TreeSet<>();
        String cursor = "";
        do {
            JsonNode page = tenants.api()
                    .get(
                            tenant.key(Role.AUDITOR),
                            "/v1/actions?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .orThrow()
                    .body();
            page.path("items")
                    .forEach(action -> listed.add(action.path("action_id").asString()));
            cursor = page.path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        return listed;
    }

    private static JsonNode rebuild(TestTenants tenants) {
        return tenants.api()
                .get(tenants.operator(), "/v1/projections/actions")
                .orThrow()
                .body()
                .path("rebuild");
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
