package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given.Customer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** Limits of agents, workspaces and runs, money and tokens, and what is told of them, as their tenant meets them. */
@PlatformTest
class QuotasAtDepthTest {

    private static final String QUOTA_CLASS = "at_depth";
    private static final String CLASS = """
        {"requests_per_second":10000,"burst":10000,"concurrent_runs":100,"tool_calls_per_day":10,"weight":1,
         "max_parallel_actions":32,"queued_actions":10000,
         "counted":{"tokens_per_minute":100,"cost_micros_per_month":1000000,"run_actions":2,"run_depth":2}}\
        """;
    private static final String POLICY = """
        {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]}],"destinations":{"allow":["*"]},
         "data_classes":["internal"],"models":["*"]}}\
        """;

    private final SandboxServer sandbox = SandboxServer.start(0);
    private final Given given;
    private TestClient operator;
    private Customer customer;
    private int asked;

    @Autowired
    QuotasAtDepthTest(Given given) {
        this.given = given;
        this.operator = given.operator();
        operator.put("/v1/quota-classes/" + QUOTA_CLASS, CLASS);
        this.customer = given.customer("tenant_" + UUID.randomUUID().toString().replace("-", ""), QUOTA_CLASS);
    }

    @BeforeEach
    void described() {
        customer.admin().put("/v1/policies/" + Given.PROFILE, POLICY).expect(201);
        for (String connector : new String[] {"zendesk", "model"}) {
            operator.put(
                            inTenant("/v1/connectors/" + connector),
                            DemoData.connector(connector, URI.create(sandbox.url())))
                    .expect(201);
        }
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void a_run_pauses_at_its_cap_and_goes_on_when_the_cap_is_raised() {
        draft("wr_1").expect(200);
        draft("wr_1").expect(200);

        Answer refused = draft("wr_1").expect(429);
        assertThat(refused.at("/state")).isEqualTo("budget_exceeded");
        assertThat(refused.at("/cause/limit")).isEqualTo("run_actions");
        assertThat(refused.at("/cause/scope")).isEqualTo("run:wr_1");
        assertThat(refused.at("/cause/limit_value")).isEqualTo("2");
        assertThat(customer.agent().get("/v1/runs/wr_1").at("/state")).isEqualTo("paused");
        draft("wr_2").expect(200);

        customer.admin()
                .put("/v1/runs/wr_1/limits/run_actions", "{\"value\":3}")
                .expect(403);
        operator.put(inTenant("/v1/runs/wr_1/limits/run_actions"), "{\"value\":3}")
                .expect(200);

        draft("wr_1").expect(200);
        assertThat(customer.agent().get("/v1/runs/wr_1").at("/state")).isEqualTo("open");
        draft("wr_1").expect(429);
        assertThat(journaled("run_paused")).isEqualTo(2);
        assertThat(journaled("run_resumed")).isEqualTo(1);
    }

    @Test
    void runs_that_start_runs_come_to_an_end() {
        run("wr_a", null).expect(201);
        run("wr_b", "wr_a").expect(201);

        run("wr_c", "wr_b").expect(201);
        Answer tooDeep = run("wr_d", "wr_c").expect(429);
        assertThat(tooDeep.at("/state")).isEqualTo("budget_exceeded");
        assertThat(tooDeep.at("/cause/limit")).isEqualTo("run_depth");
        run("wr_e", "wr_nowhere").expect(404);
    }

    @Test
    void an_agent_may_have_less_than_its_tenant_and_is_told_so() {
        customer.admin()
                .put("/v1/quotas/agents/" + Given.AGENT + "/overrides/tool_calls_per_day", "{\"value\":1}")
                .expect(200);
        draft("wr_1").expect(200);

        Answer refused = draft("wr_2").expect(429);
        assertThat(refused.at("/cause/scope")).isEqualTo("agent:" + Given.AGENT);
        assertThat(refused.at("/detail")).contains("agent:" + Given.AGENT, "1 of 1 used");
        assertThat(refused.at("/cause/used")).isEqualTo("1");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        customer.admin()
                .delete("/v1/quotas/agents/" + Given.AGENT + "/overrides/tool_calls_per_day")
                .expect(204);
        draft("wr_2").expect(200);
        customer.admin()
                .put("/v1/quotas/agents/nobody/overrides/tool_calls_per_day", "{\"value\":1}")
                .expect(404);
    }

    @Test
    void tokens_are_reserved_as_expected_and_spent_as_they_turn_out() {
        Answer first = complete("wr_1", 90, "12345678").expect(200);
        assertThat(first.at("/state")).isEqualTo("succeeded");
        assertThat(warnings("tokens_per_minute")).as("50 and 80 percent").isEqualTo(2);

        // 90 were set aside; the model says that it took 4.
        until(() -> spent("tokens_per_minute") == 4);
        Answer throttled = complete("wr_2", 97, "again").expect(429);
        assertThat(throttled.at("/state")).isEqualTo("throttled");
        assertThat(throttled.at("/cause/limit")).isEqualTo("tokens_per_minute");
        assertThat(throttled.header("RateLimit"))
                .as("96 are left, and 97 do not fit")
                .contains("r=96;");
        complete("wr_2", 96, "again").expect(200);
        assertThat(complete("wr_3", 101, "never").expect(429).at("/state"))
                .as("more than ever fits is no matter of waiting")
                .isEqualTo("budget_exceeded");
        assertThat(spent("cost_micros_per_month")).isGreaterThanOrEqualTo(112);
    }

    @Test
    void use_is_told_by_operation_agent_run_and_day() {
        draft("wr_1").expect(200);
        draft("wr_2").expect(200);
        complete("wr_2", 10, "1234").expect(200);

        until(() -> sums("operation").size() == 2 && calls(sums("operation")) == 3);
        assertThat(calls(sums("agent"))).isEqualTo(3);
        assertThat(sums("agent")).hasSize(1);
        assertThat(sums("run")).hasSize(2);
        assertThat(calls(sums("day"))).isEqualTo(3);
        customer.analyst().get("/v1/usage?by=moon").expect(400);
    }

    @Test
    void the_tenant_is_warned_at_its_thresholds_by_its_own_clock() {
        customer.admin()
                .put("/v1/quotas/settings", "{\"time_zone\":\"Asia/Tokyo\",\"thresholds\":[20,50]}")
                .expect(200);
        for (int n = 0; n < 6; n++) {
            draft("wr_" + n).expect(200);
        }

        assertThat(warnings("tool_calls_per_day")).isEqualTo(2);
        assertThat(warnings("run_actions"))
                .as("each run used half of what it may, past both thresholds")
                .isEqualTo(12);
        assertThat(limit("tool_calls_per_day").path("resets_at").asString()).endsWith("T15:00:00Z");
        customer.admin()
                .put("/v1/quotas/settings", "{\"time_zone\":\"Mars/Olympus\",\"thresholds\":[50]}")
                .expect(400);
    }

    private Answer draft(String run) {
        return ask(
                run, "ticket.draft_reply", "\"zendesk\",\"record_id\":\"zd_1\"", "{\"text\":\"" + asked++ + "\"}", "");
    }

    private Answer complete(String run, int tokens, String prompt) {
        return ask(
                run,
                "model.complete",
                "\"model\"",
                "{\"prompt\":\"" + prompt + "\"}",
                ",\"model\":\"m\",\"estimated_tokens\":" + tokens);
    }

    private Answer ask(String run, String operation, String target, String arguments, String more) {
        return customer.agent().post("/v1/actions?wait=PT10S", """
                    {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
                     "quota_class":"%s","requested_action":"%s","target":{"system":%s},"arguments":%s,
                     "data_classes":["internal"]%s}\
                    """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        run,
                        Given.PROFILE,
                        QUOTA_CLASS,
                        operation,
                        target,
                        arguments,
                        more));
    }

    private Answer run(String run, @org.jspecify.annotations.Nullable String parent) {
        return customer.agent().post("/v1/runs", """
                    {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
                     "quota_class":"%s"%s}\
                    """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        run,
                        Given.PROFILE,
                        QUOTA_CLASS,
                        parent == null ? "" : ",\"parent_run_id\":\"" + parent + '"'));
    }

    private JsonNode limit(String name) {
        for (JsonNode limit :
                customer.analyst().get("/v1/usage").expect(200).json().path("limits")) {
            if (limit.path("limit").asString().equals(name)
                    && limit.path("scope").asString().equals("tenant")) {
                return limit;
            }
        }
        throw new AssertionError("no limit " + name);
    }

    private long spent(String name) {
        return limit(name).path("spent").asLong();
    }

    private JsonNode sums(String by) {
        return customer.analyst().get("/v1/usage?by=" + by).expect(200).json().path("spent");
    }

    private static long calls(JsonNode sums) {
        long calls = 0;
        for (JsonNode sum : sums) {
            calls += sum.path("tool_calls").asLong();
        }
        return calls;
    }

    private int journaled(String type) {
        return entries(type).size();
    }

    private long warnings(String limit) {
        return entries("budget_threshold_reached")
                .valueStream()
                .filter(entry -> entry.at("/payload/limit").asString().equals(limit))
                .count();
    }

    private JsonNode entries(String type) {
        return customer.auditor()
                .get("/v1/journal?limit=200&type=" + type)
                .expect(200)
                .json()
                .path("items");
    }

    private String inTenant(String path) {
        return path + "?tenant=" + customer.tenant();
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }
}
