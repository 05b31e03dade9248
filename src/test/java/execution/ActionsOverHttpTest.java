package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;

/** One action's way through the whole house, over HTTP and a real PostgreSQL, to a target system and back. */
@PlatformTest
class ActionsOverHttpTest {

    private static final String NARROW = "narrow";

    private final Given given;
    private final Supplier<UUID> ids;
    /** Calls that reached the target, by idempotency key. */
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();

    private volatile CountDownLatch mayAnswer = new CountDownLatch(0);
    private HttpServer target;

    @Autowired
    ActionsOverHttpTest(Given given, Supplier<UUID> ids) throws IOException {
        this.given = given;
        this.ids = ids;
        this.target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            calls.merge(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")), 1, Integer::sum);
            try {
                mayAnswer.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        given.operator().put("/v1/quota-classes/" + Given.QUOTA_CLASS, quotaClass(10_000, 50, 1_000));
        given.operator().put("/v1/quota-classes/" + NARROW, quotaClass(100, 2, 1_000));
    }

    @AfterEach
    void stopServing() {
        mayAnswer.countDown();
        target.stop(0);
    }

    @Test
    void an_envelope_goes_in_and_a_done_action_comes_out_with_its_whole_why() {
        var acme = customer(Given.QUOTA_CLASS);

        Answer done = acme.agent().post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "wr_1", "zd_1"));

        done.expect(200);
        assertThat(done.at("/state")).isEqualTo("succeeded");
        assertThat(done.at("/outcome/result/status")).isEqualTo("solved");
        Answer why = acme.agent().get("/v1/actions/" + done.at("/action_id")).expect(200);
        assertThat(why.at("/state")).isEqualTo("succeeded");
        assertThat(why.at("/why/verdict")).isEqualTo("allowed");
        assertThat(why.at("/why/policy_version")).isEqualTo("1");
        assertThat(why.at("/why/reservation/budget")).isEqualTo("tool_calls_per_day");
        assertThat(why.at("/attempts/0/ended_as")).isEqualTo("succeeded");
        assertThat(why.at("/agent_id")).isEqualTo(Given.AGENT);
        assertThat(acme.analyst()
                        .get("/v1/actions?run=wr_1&state=succeeded")
                        .expect(200)
                        .json()
                        .at("/items"))
                .hasSize(1);
        assertThat(acme.agent().get("/v1/runs/wr_1").expect(200).at("/state")).isEqualTo("open");
    }

    @Test
    void what_finds_a_free_slot_runs_when_it_is_answered() {
        var acme = customer(Given.QUOTA_CLASS);
        mayAnswer = new CountDownLatch(1);

        String action = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1"))
                .expect(202)
                .at("/action_id");

        assertThat(acme.agent().get("/v1/actions/" + action).expect(200).at("/state"))
                .isEqualTo("running");
        Answer listed = acme.analyst().get("/v1/actions?run=wr_1&state=running").expect(200);
        assertThat(listed.at("/items/0/action_id")).isEqualTo(action);
        assertThat(listed.at("/items/0/updated_at")).isEqualTo(listed.at("/items/0/created_at"));
        mayAnswer.countDown();
        awaitNothingQueued(acme.agent());
        assertThat(calls.values()).containsExactly(1);
    }

    @Test
    void a_denied_action_says_which_rule_and_is_found_by_its_decision() {
        var acme = customer(Given.QUOTA_CLASS);

        Answer denied = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1").replace("ticket.update", "ticket.delete"));

        denied.expect(403);
        assertThat(denied.header("Content-Type")).startsWith("application/problem+json");
        assertThat(denied.at("/state")).isEqualTo("denied");
        assertThat(denied.at("/cause/owner")).isEqualTo("policy");
        assertThat(denied.at("/cause/rule")).isNotEmpty();
        Answer found =
                acme.auditor().get("/v1/actions/" + denied.at("/decision_id")).expect(200);
        assertThat(found.at("/why/verdict")).isEqualTo("denied");
        assertThat(calls).isEmpty();
    }

    @Test
    void what_is_admitted_says_what_is_left_of_the_request_rate_and_of_its_tightest_budget() {
        var acme = customer(NARROW);

        Answer answer = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1", NARROW))
                .expect(202);

        assertThat(String.join(", ", answer.headers().allValues("RateLimit")))
                .matches("\"requests\";r=\\d+;t=\\d+, \"tool_calls_per_day\";r=99;t=\\d+");
        assertThat(String.join(", ", answer.headers().allValues("RateLimit-Policy")))
                .matches("\"requests\";q=\\d+;w=\\d+, \"tool_calls_per_day\";q=100");
    }

    @Test
    void a_budget_of_100_admits_exactly_100_of_200_concurrent_actions() throws Exception {
        var acme = customer(NARROW);
        List<Callable<Answer>> requests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String record = "zd_" + i;
            requests.add(() -> acme.agent().post("/v1/actions", envelope(acme.tenant(), "wr_1", record, NARROW)));
        }

        List<Answer> answers = inParallel(requests);

        assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(100);
        List<Answer> refused =
                answers.stream().filter(answer -> answer.status() == 429).toList();
        assertThat(refused).hasSize(100).allSatisfy(answer -> {
            assertThat(answer.at("/state")).as(answer.body()).isEqualTo("budget_exceeded");
            assertThat(answer.at("/cause/limit")).isEqualTo("tool_calls_per_day");
            assertThat(answer.at("/cause/used")).isEqualTo("100");
            assertThat(answer.at("/cause/resets_at")).isNotEmpty();
            assertThat(Long.parseLong(answer.header("Retry-After"))).isPositive();
            assertThat(answer.header("RateLimit")).startsWith("\"tool_calls_per_day\";r=0;t=");
        });
        awaitNothingQueued(acme.agent());
        assertThat(calls)
                .hasSize(100)
                .allSatisfy((key, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void the_same_key_is_done_once_however_often_it_is_sent() throws Exception {
        var acme = customer(Given.QUOTA_CLASS);
        String body = envelope(acme.tenant(), "wr_1", "zd_1");
        List<Callable<Answer>> requests = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            requests.add(() -> acme.agent().post("/v1/actions?wait=PT10S", body, "Idempotency-Key", "\"order-1\""));
        }

        List<Answer> answers = inParallel(requests);

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isIn(200, 409));
        assertThat(answers).filteredOn(answer -> answer.status() == 200).isNotEmpty();
        assertThat(calls).containsExactly(Map.entry("order-1", 1));
        Answer again = acme.agent()
                .post("/v1/actions", body, "Idempotency-Key", "\"order-1\"")
                .expect(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        Answer other =
                acme.agent().post("/v1/actions", body.replace("zd_1\"", "zd_2\""), "Idempotency-Key", "\"order-1\"");
        assertThat(other.expect(422).at("/code")).isEqualTo("idempotency_key_reused");
        assertThat(acme.agent()
                        .post("/v1/actions", body, "Idempotency-Key", "order-1")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/Idempotency-Key");
    }

    @Test
    void a_key_that_memory_has_forgotten_is_found_in_the_database(@Autowired IdempotencyKeys keys) {
        var acme = customer(Given.QUOTA_CLASS);
        String body = envelope(acme.tenant(), "wr_1", "zd_1");
        Answer first = acme.agent().post("/v1/actions", body).expect(202);

        keys.forgetAll();
        Answer again = acme.agent().post("/v1/actions", body).expect(202);

        assertThat(again.at("/action_id")).isEqualTo(first.at("/action_id"));
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void what_waits_for_the_tenants_own_ceiling_says_so_and_can_be_cancelled() {
        var acme = customer(NARROW);
        mayAnswer = new CountDownLatch(1);
        List<String> actions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            actions.add(acme.agent()
                    .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_" + i, NARROW))
                    .expect(202)
                    .at("/action_id"));
        }
        await(() -> calls.size() == 2);

        Answer waiting = acme.agent().get("/v1/actions/" + actions.get(3)).expect(200);
        assertThat(waiting.at("/state")).isEqualTo("queued");
        assertThat(waiting.at("/queue/position")).isEqualTo("2");
        assertThat(waiting.at("/queue/waits_for/limit")).isEqualTo("parallel_actions");
        assertThat(acme.agent()
                        .post("/v1/actions/" + actions.get(3) + ":cancel", "")
                        .expect(200)
                        .at("/state"))
                .isEqualTo("cancelled");
        assertThat(acme.agent()
                        .post("/v1/actions/" + actions.get(0) + ":cancel", "")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("not_cancellable");
        Answer notYet = acme.agent()
                .post("/v1/actions?wait=PT0.2S", envelope(acme.tenant(), "wr_1", "zd_0", NARROW))
                .expect(202);
        assertThat(notYet.at("/state")).isEqualTo("running");

        mayAnswer.countDown();
        awaitNothingQueued(acme.agent());
        assertThat(calls.values()).containsOnly(1).hasSize(3);
    }

    @Test
    void runs_are_started_listed_ended_and_bounded() {
        var acme = customer(NARROW);
        acme.agent().post("/v1/runs", run(acme.tenant(), "wr_1", NARROW)).expect(201);
        acme.agent().post("/v1/runs", run(acme.tenant(), "wr_2", NARROW)).expect(201);

        Answer refused = acme.agent()
                .post("/v1/runs", run(acme.tenant(), "wr_3", NARROW))
                .expect(429);
        assertThat(refused.at("/cause/limit")).isEqualTo("concurrent_runs");
        Answer implicit = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "wr_4", "zd_1", NARROW))
                .expect(429);
        assertThat(implicit.at("/cause/limit")).isEqualTo("concurrent_runs");

        assertThat(acme.agent().post("/v1/runs/wr_1:end", "").expect(200).at("/state"))
                .isEqualTo("ended");
        assertThat(acme.agent()
                        .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1", NARROW))
                        .expect(409)
                        .at("/code"))
                .isEqualTo("run_ended");
        acme.agent().post("/v1/runs", run(acme.tenant(), "wr_3", NARROW)).expect(201);
        Answer first = acme.analyst().get("/v1/runs?limit=2").expect(200);
        Answer second = acme.analyst()
                .get("/v1/runs?limit=2&cursor=" + first.at("/next_cursor"))
                .expect(200);
        assertThat(first.at("/items/0/workflow_run_id")).isEqualTo("wr_3");
        assertThat(second.json().at("/items")).hasSize(1);
        assertThat(second.at("/items/0/workflow_run_id")).isEqualTo("wr_1");
    }

    @Test
    void an_agent_sees_and_cancels_its_own_only_and_another_tenant_nothing() {
        var acme = customer(Given.QUOTA_CLASS);
        given.agent(acme.admin(), "other_agent", Given.QUOTA_CLASS);
        TestClient otherAgent = given.agentKey(acme.admin(), "other_agent");
        var globex = customer(Given.QUOTA_CLASS);
        String action = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "wr_1", "zd_1"))
                .expect(200)
                .at("/action_id");

        for (TestClient stranger : List.of(otherAgent, globex.agent(), globex.admin())) {
            stranger.get("/v1/actions/" + action).expect(404);
            stranger.post("/v1/actions/" + action + ":cancel", "").expect(404);
            stranger.get("/v1/runs/wr_1").expect(404);
            stranger.post("/v1/runs/wr_1:end", "").expect(404);
            assertThat(stranger.get("/v1/actions").expect(200).json().at("/items"))
                    .isEmpty();
            assertThat(stranger.get("/v1/runs").expect(200).json().at("/items")).isEmpty();
        }
        Answer mismatch = globex.agent().post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1"));
        assertThat(mismatch.expect(403).at("/code")).isEqualTo("envelope_mismatch");
        assertThat(otherAgent
                        .post("/v1/actions", envelope(acme.tenant(), "wr_1", "zd_1"))
                        .expect(403)
                        .at("/errors/0/pointer"))
                .isEqualTo("/agent_id");
    }

    @Test
    void requests_that_are_not_understood_change_nothing() {
        var acme = customer(Given.QUOTA_CLASS);
        String body = envelope(acme.tenant(), "wr_1", "zd_1");

        assertThat(acme.agent().post("/v1/actions?wait=10", body).expect(400).at("/errors/0/pointer"))
                .isEqualTo("/wait");
        acme.agent().post("/v1/actions?wait=PT61S", body).expect(400);
        assertThat(acme.agent()
                        .post("/v1/actions", body.replace("\"solved\"", "7"))
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/arguments/status");
        assertThat(acme.agent()
                        .post("/v1/actions", body.replace("\"zd_1\"", "7"))
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/target/record_id");
        assertThat(acme.agent()
                        .post("/v1/actions", body.replace("workflow_run_id", "workflow_run"))
                        .expect(400)
                        .status())
                .isEqualTo(400);
        assertThat(acme.agent().get("/v1/actions?state=sleeping").expect(400).at("/errors/0/pointer"))
                .isEqualTo("/state");
        assertThat(acme.agent().get("/v1/actions").json().at("/items")).isEmpty();
    }

    private Given.Customer customer(String quotaClass) {
        String tenant = "tenant_" + ids.get().toString().replace("-", "");
        var customer = given.customer(tenant, quotaClass);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + tenant, connector())
                .expect(201);
        Answer published = customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]},
                      {"id":"no_delete","effect":"deny","operations":["ticket.delete"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """);
        assertThat(published.status()).as(published.body()).isIn(200, 201);
        return customer;
    }

    private String connector() {
        return """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":100,
             "operations":{
               "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                 "idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"}},
               "ticket.delete":{"effect":"high_risk","method":"DELETE","path":"/tickets/{record_id}",
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
            """.formatted(target.getAddress().getPort());
    }

    private static String envelope(String tenant, String run, String record) {
        return envelope(tenant, run, record, Given.QUOTA_CLASS);
    }

    private static String envelope(String tenant, String run, String record, String quotaClass) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update",
             "target":{"system":"zendesk","record_id":"%s"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, run, Given.PROFILE, quotaClass, record);
    }

    private static String run(String tenant, String run, String quotaClass) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s"}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, run, Given.PROFILE, quotaClass);
    }

    private static String quotaClass(int calls, int parallel, int queued) {
        return """
            {"requests_per_second":10000,"burst":10000,"concurrent_runs":2,"tool_calls_per_day":%d,"weight":1,
             "max_parallel_actions":%d,"queued_actions":%d}\
            """.formatted(calls, parallel, queued);
    }

    private static List<Answer> inParallel(List<Callable<Answer>> requests) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : executor.invokeAll(requests)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    private static void awaitNothingQueued(TestClient client) {
        await(() -> client.get("/v1/actions?state=queued").json().at("/items").isEmpty()
                && client.get("/v1/actions?state=running").json().at("/items").isEmpty());
    }

    private static void await(Callable<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try {
            while (!condition.call()) {
                assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
                Thread.sleep(20);
            }
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
