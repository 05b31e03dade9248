package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import platform.DemoApi.Answer;
import platform.TestTenants.TestTenant;
import tenancy.Role;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SIGKILL in the middle of a race to overspend, again and again: at every position of every journal no budget is overspent,
 * what was acknowledged is there, and when all has settled each budget can be used up to its last unit. A rule whose end
 * comes while nothing runs is taken out by the next start.
 */
class QuotaCrashTest {

    private static final int TENANTS = 10;
    private static final int THREADS = 64;
    private static final int DEAREST = 9;
    private static final long LIMIT = 200;
    private static final int KILLS = 2;
    private static final int BETWEEN_KILLS = 100;
    private static final String TOKENS = "tokens_per_day";
    private static final String MODEL = "small";
    private static final String EXCEPTION = "only-today";
    private static final String POLICY = """
        {"rules":[{"id":"all","effect":"allow","operations":["*"]}%s],
         "destinations":{"allow":["*"],"recipients":{"allow":["*"]}},"data_classes":["internal"],
         "models":["small"]}\
        """;

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private final AtomicInteger records = new AtomicInteger();
    private final Queue<Asked> admitted = new ConcurrentLinkedQueue<>();

    private record Asked(String tenant, String action) {}

    @Test
    void a_budget_is_not_overspent_whenever_the_platform_is_killed() throws Exception {
        System.out.println("killed near the caps: seed " + seed);
        List<TestTenant> customers = new ArrayList<>();
        String operator = "";
        try (var sandbox = SandboxServer.start(0)) {
            sandbox.faults(new SandboxServer.Faults(20, 0, 503, false, false));
            for (int kill = 0; kill < KILLS; kill++) {
                PlatformProcess running = PlatformProcess.start(directory);
                try {
                    operator = kill == 0 ? running.operatorKey() : operator;
                    try (var tenants = TestTenants.at(running.base(), operator)) {
                        if (kill == 0) {
                            customers.addAll(registered(tenants, URI.create(sandbox.url())));
                        }
                        if (kill == KILLS - 1) {
                            publish(tenants, customers.getFirst(), """
                                ,{"id":"%s","effect":"allow","operations":["x.y"],"expires_at":"%s"}\
                                """.formatted(
                                            EXCEPTION, Instant.now().plusSeconds(2)));
                        }
                        race(tenants, customers, running);
                    }
                } finally {
                    running.kill();
                }
            }
            sandbox.faults(SandboxServer.Faults.NONE);

            try (var last = PlatformProcess.start(directory);
                    var tenants = TestTenants.at(last.base(), operator)) {
                race(tenants, customers, null);
                for (TestTenant customer : customers) {
                    await(() -> line(tenants, customer).path("reserved").asLong() == 0);
                    useUp(tenants, customer);
                }
                long effects = 0;
                for (TestTenant customer : customers) {
                    await(() -> line(tenants, customer).path("reserved").asLong() == 0);
                    effects += checkJournal(tenants, customer);
                }
                assertThat(sandbox.effects()).isEqualTo(effects);
                TestTenant first = customers.getFirst();
                await(() -> policy(tenants, first).path("comment").asString().equals("Expired: only-today."));
                assertThat(policy(tenants, first).path("document").toString()).doesNotContain(EXCEPTION);
            }
        }
    }

    private static List<TestTenant> registered(TestTenants tenants, URI target) {
        Map<String, Object> limits = new HashMap<>(TestTenants.ROOMY);
        limits.put("counted", Map.of(TOKENS, LIMIT));
        tenants.quotaClass(TestTenants.QUOTA_CLASS, limits);
        List<TestTenant> customers = new ArrayList<>();
        for (int n = 0; n < TENANTS; n++) {
            TestTenant customer = tenants.register("crash_" + n, TestTenants.QUOTA_CLASS, POLICY.formatted(""));
            tenants.connector(customer.id(), "zendesk", target);
            customers.add(customer);
        }
        return customers;
    }

    private static void publish(TestTenants tenants, TestTenant customer, String rule) {
        tenants.api()
                .send(
                        customer.key(Role.TENANT_ADMIN),
                        "PUT",
                        "/v1/policies/" + TestTenants.PROFILE,
                        Map.of(
                                "document",
                                JsonMapper.shared().readTree(POLICY.formatted(rule)),
                                "comment",
                                "An exception."),
                        "If-Match",
                        "\"1\"")
                .orThrow();
    }

    /** Asks for more than is there; kills the process after some answers, or goes on until nothing can be had. */
    private void race(TestTenants tenants, List<TestTenant> customers, @Nullable PlatformProcess toKill)
            throws Exception {
        var answered = new AtomicInteger();
        var over = new AtomicBoolean();
        List<Future<?>> racers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (int thread = 0; thread < THREADS; thread++) {
                var random = new Random(seed + thread + admitted.size());
                racers.add(threads.submit(() -> {
                    int refusals = 0;
                    while (!over.get() && refusals < TENANTS) {
                        TestTenant customer = customers.get(random.nextInt(TENANTS));
                        try {
                            refusals = ask(tenants, customer, random.nextInt(DEAREST) + 1) ? 0 : refusals + 1;
                            answered.incrementAndGet();
                        } catch (RuntimeException killed) {
                            assertThat(toKill).as("%s", killed).isNotNull();
                            return null;
                        }
                    }
                    return null;
                }));
            }
            if (toKill != null) {
                await(() -> answered.get() >= BETWEEN_KILLS || racers.stream().allMatch(Future::isDone));
                toKill.kill();
                over.set(true);
            }
        }
        for (Future<?> racer : racers) {
            racer.get();
        }
    }

    private boolean ask(TestTenants tenants, TestTenant customer, long tokens) {
        Map<String, Object> envelope =
                new HashMap<>(tenants.envelope(customer.id(), "wr_race", "zd_" + records.incrementAndGet()));
        envelope.put("model", MODEL);
        envelope.put("estimated_tokens", tokens);
        Answer answer = tenants.api().post(customer.key(Role.AGENT), "/v1/actions", envelope);
        String state = answer.body().path("state").asString();
        assertThat(state).as(answer.body().toString()).isIn("queued", "budget_exceeded");
        if (state.equals("queued")) {
            admitted.add(
                    new Asked(customer.id(), answer.body().path("action_id").asString()));
        }
        return state.equals("queued");
    }

    /** What the ledger says is free can be had to its last unit, and not a unit more. */
    private void useUp(TestTenants tenants, TestTenant customer) {
        long free = line(tenants, customer).path("free").asLong();
        assertThat(ask(tenants, customer, free + 1))
                .as("%s: %d free", customer.id(), free)
                .isFalse();
        if (free > 0) {
            assertThat(ask(tenants, customer, free))
                    .as("%s: %d free", customer.id(), free)
                    .isTrue();
        }
        assertThat(ask(tenants, customer, 1)).isFalse();
    }

    /** Folds the journal as a child would: never more than the limit, everything acknowledged, all of it ended. */
    private long checkJournal(TestTenants tenants, TestTenant customer) {
        Map<String, Long> reserved = new HashMap<>();
        Set<String> queued = new HashSet<>();
        long spent = 0;
        long sequence = 0;
        for (JsonNode entry : journal(tenants, customer)) {
            assertThat(entry.path("sequence").asLong()).isEqualTo(++sequence);
            JsonNode said = entry.path("payload");
            String action = said.path("action").asString("");
            switch (entry.path("type").asString()) {
                case "budget_reserved" -> {
                    long before = reserved.size();
                    reserved.put(action, said.path("amounts").path("tokens").asLong());
                    assertThat(reserved).as("reserved twice: %s", action).hasSize((int) before + 1);
                }
                case "budget_settled" -> {
                    assertThat(reserved.remove(action))
                            .as("settled twice: %s", action)
                            .isNotNull();
                    spent += said.path("spent").path("tokens").asLong();
                }
                case "budget_released" ->
                    assertThat(reserved.remove(action))
                            .as("released twice: %s", action)
                            .isNotNull();
                case "action_queued" ->
                    assertThat(queued.add(action)).as(action).isTrue();
                default -> {}
            }
            long now = spent
                    + reserved.values().stream().mapToLong(Long::longValue).sum();
            assertThat(now).as("%s at %d", customer.id(), sequence).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(reserved).isEmpty();
        assertThat(spent)
                .isEqualTo(LIMIT)
                .isEqualTo(line(tenants, customer).path("spent").asLong());
        assertThat(queued)
                .containsAll(admitted.stream()
                        .filter(asked -> asked.tenant().equals(customer.id()))
                        .map(Asked::action)
                        .toList());
        return queued.size();
    }

    private static List<JsonNode> journal(TestTenants tenants, TestTenant customer) {
        List<JsonNode> entries = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = tenants.api()
                    .get(
                            customer.key(Role.AUDITOR),
                            "/v1/journal?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .orThrow()
                    .body();
            page.path("items").forEach(entries::add);
            cursor = page.path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        return entries;
    }

    private static JsonNode line(TestTenants tenants, TestTenant customer) {
        return tenants.api()
                .get(customer.key(Role.ANALYST), "/v1/usage")
                .orThrow()
                .body()
                .path("limits")
                .valueStream()
                .filter(line -> line.path("limit").asString().equals(TOKENS))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode policy(TestTenants tenants, TestTenant customer) {
        return tenants.api()
                .get(customer.key(Role.TENANT_ADMIN), "/v1/policies/" + TestTenants.PROFILE)
                .orThrow()
                .body();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
