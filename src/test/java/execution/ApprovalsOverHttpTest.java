package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import policy.Layer;
import policy.Verdict;
import policy.Verdict.Allowed;
import policy.Verdict.Approval;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import tenancy.ActionId;
import tenancy.TenantId;

/** Held actions and checks through the whole house, over HTTP and a real PostgreSQL. */
@PlatformTest
@Import(Verdicts.class)
@DirtiesContext
@TestPropertySource(properties = {"firebreak.approvals.poll=200ms", "firebreak.approvals.most-held=20"})
class ApprovalsOverHttpTest {

    private static final List<Reason> REASONS =
            List.of(new Reason("writes", Layer.PROFILE, 7, "Writes need a person."));

    private final Given given;
    private final Supplier<UUID> ids;
    private final Verdicts verdicts;
    private final HttpServer target;
    /** Requests that reached the target, by path. */
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

    private volatile String classified = "{\"ok\":true}";
    private volatile long classifierMillis;

    @Autowired
    ApprovalsOverHttpTest(Given given, Supplier<UUID> ids, Verdicts verdicts) throws IOException {
        this.given = given;
        this.ids = ids;
        this.verdicts = verdicts;
        this.target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            exchange.getRequestBody().readAllBytes();
            calls.computeIfAbsent(path, first -> new AtomicInteger()).incrementAndGet();
            String answer = "{\"status\":\"solved\"}";
            if (path.startsWith("/classify")) {
                answer = classified;
                sleep(classifierMillis);
            }
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
    }

    @AfterEach
    void stopServing() {
        target.stop(0);
    }

    @Test
    void a_held_action_is_told_with_a_link_and_done_when_it_is_granted() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        TestClient approver = given.person(acme.admin(), "approver");

        Answer held = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_1"), "Idempotency-Key", "\"k\"");

        held.expect(202);
        String action = held.at("/action_id");
        assertThat(held.at("/state")).isEqualTo("approval_required");
        assertThat(held.at("/links/approve")).isEqualTo("/v1/approvals/" + action);
        assertThat(held.header("Link")).isEqualTo("</v1/approvals/" + action + ">; rel=\"approve\"");
        assertThat(held.at("/cause/kind")).isEqualTo("approval");
        Answer again = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "zd_1"), "Idempotency-Key", "\"k\"")
                .expect(202);
        assertThat(again.at("/state")).isEqualTo("approval_required");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        Answer open = approver.get("/v1/approvals?state=open").expect(200);
        assertThat(open.json().at("/items")).hasSize(1);
        assertThat(open.at("/items/0/action_id")).isEqualTo(action);
        Answer seen = approver.get("/v1/approvals/" + action).expect(200);
        assertThat(seen.at("/arguments/status")).isEqualTo("solved");
        assertThat(seen.at("/rules/0/layer")).isEqualTo("profile");

        Answer granted = approver.post("/v1/approvals/" + action + ":grant", """
                {"digest":"%s","comment":"Checked with the customer."}\
                """.formatted(seen.at("/digest")))
                .expect(200);

        assertThat(granted.at("/state")).isEqualTo("granted");
        await(() -> state(acme.agent(), action).equals("succeeded"));
        assertThat(calls.get("/tickets/zd_1")).hasValue(1);
        Answer why = acme.agent().get("/v1/actions/" + action).expect(200);
        assertThat(why.at("/approval/grants/0/comment")).isEqualTo("Checked with the customer.");
        assertThat(why.at("/why/principal")).isEqualTo(why.at("/approval/requested_by"));
        assertThat(why.at("/why/verdict")).isEqualTo("needs_approval");
        assertThat(approver.get("/v1/approvals?state=granted").json().at("/items"))
                .hasSize(1);
        assertThat(approver.post("/v1/approvals/" + action + ":grant", "{}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("not_awaiting_approval");
    }

    @Test
    void racing_approvers_give_one_execution() throws Exception {
        var acme = customer(approval(1, Duration.ofHours(1)));
        List<TestClient> approvers = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            approvers.add(given.person(acme.admin(), "approver"));
        }
        for (int round = 0; round < 5; round++) {
            String action = hold(acme, "zd_race_" + round);
            List<Callable<Answer>> grants = approvers.stream()
                    .<Callable<Answer>>map(approver -> () -> approver.post("/v1/approvals/" + action + ":grant", "{}"))
                    .toList();

            List<Answer> answers = inParallel(grants);

            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() != 200)
                    .allSatisfy(answer -> assertThat(answer.at("/code")).isEqualTo("not_awaiting_approval"));
            await(() -> state(acme.agent(), action).equals("succeeded"));
            assertThat(calls.get("/tickets/zd_race_" + round)).hasValue(1);
        }
    }

    @Test
    void requesters_agents_other_roles_and_other_tenants_do_not_approve() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        var globex = customer(approval(1, Duration.ofHours(1)));
        TestClient approver = given.person(acme.admin(), "approver");
        TestClient stranger = given.person(globex.admin(), "approver");
        given.agent(acme.admin(), "other_agent", Given.QUOTA_CLASS);
        TestClient otherAgent = given.agentKey(acme.admin(), "other_agent");
        String action = hold(acme, "zd_1");
        String grant = "/v1/approvals/" + action + ":grant";
        String deny = "/v1/approvals/" + action + ":deny";

        for (TestClient agent : List.of(acme.agent(), otherAgent, acme.auditor(), acme.analyst())) {
            assertThat(agent.post(grant, "{}").expect(403).at("/code")).isEqualTo("role_required");
            agent.post(deny, "{\"reason\":\"no\"}").expect(403);
        }
        assertThat(acme.admin().post(grant, "{}").expect(403).at("/code")).isEqualTo("not_an_approver");
        stranger.post(grant, "{}").expect(404);
        stranger.post(grant + "?tenant=" + acme.tenant(), "{}").expect(403);
        stranger.get("/v1/approvals/" + action).expect(404);
        assertThat(stranger.get("/v1/approvals").json().at("/items")).isEmpty();
        assertThat(approver.post(grant, "{\"digest\":\"%s\"}".formatted("0".repeat(64)))
                        .expect(409)
                        .at("/code"))
                .isEqualTo("approval_digest_mismatch");
        approver.get("/v1/actions/" + action).expect(403);
        approver.get("/v1/journal").expect(403);
        assertThat(state(acme.agent(), action)).isEqualTo("approval_required");

        verdicts.of(acme.tenant(), envelope -> approval(1, Duration.ofHours(1), "tenant_admin"));
        String asAdmin = acme.admin()
                .post("/v1/actions", envelope(acme.tenant(), "zd_2"))
                .expect(202)
                .at("/action_id");
        assertThat(acme.admin()
                        .post("/v1/approvals/" + asAdmin + ":grant", "{}")
                        .expect(403)
                        .at("/code"))
                .isEqualTo("requester_cannot_approve");
        given.person(acme.admin(), "tenant_admin")
                .post("/v1/approvals/" + asAdmin + ":grant", "{}")
                .expect(200);
        assertThat(calls).doesNotContainKey("/tickets/zd_1");
    }

    @Test
    void another_argument_is_another_action_with_an_approval_of_its_own() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        TestClient approver = given.person(acme.admin(), "approver");
        String solved = hold(acme, "zd_1");
        String open = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "zd_1").replace("solved", "open"))
                .expect(202)
                .at("/action_id");
        String digest = approver.get("/v1/approvals/" + solved).at("/digest");

        approver.post("/v1/approvals/" + open + ":grant", "{\"digest\":\"%s\"}".formatted(digest))
                .expect(409);
        approver.post("/v1/approvals/" + solved + ":grant", "{\"digest\":\"%s\"}".formatted(digest))
                .expect(200);

        await(() -> state(acme.agent(), solved).equals("succeeded"));
        assertThat(state(acme.agent(), open)).isEqualTo("approval_required");
        assertThat(calls.get("/tickets/zd_1")).hasValue(1);
    }

    @Test
    void a_policy_that_changed_voids_it_or_asks_again() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        TestClient approver = given.person(acme.admin(), "approver");
        String first = hold(acme, "zd_1");
        String second = hold(acme, "zd_2");
        verdicts.of(acme.tenant(), envelope -> approval(2, Duration.ofHours(1)));
        assertThat(approver.post("/v1/approvals/" + second + ":grant", "{}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("approval_changed");
        assertThat(approver.get("/v1/approvals/" + second).at("/needs/0/count")).isEqualTo("2");
        verdicts.of(acme.tenant(), envelope -> new Denied(9, REASONS, "change rule writes"));

        assertThat(approver.post("/v1/approvals/" + first + ":grant", "{}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("approval_voided");

        assertThat(state(acme.agent(), first)).isEqualTo("denied");
        assertThat(approver.get("/v1/approvals/" + first).at("/state")).isEqualTo("voided");
        assertThat(calls).isEmpty();
    }

    @Test
    void a_deadline_ends_what_nobody_decided_on() {
        var acme = customer(approval(1, Duration.ofSeconds(1)));
        TestClient approver = given.person(acme.admin(), "approver");
        String action = hold(acme, "zd_1");

        await(() -> state(acme.agent(), action).equals("denied"));

        assertThat(approver.get("/v1/approvals/" + action).at("/state")).isEqualTo("expired");
        assertThat(approver.get("/v1/approvals?state=expired").json().at("/items"))
                .hasSize(1);
        assertThat(approver.post("/v1/approvals/" + action + ":grant", "{}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("not_awaiting_approval");
        assertThat(acme.auditor()
                        .get("/v1/journal?type=approval_expired")
                        .json()
                        .path("items"))
                .singleElement()
                .satisfies(expired -> {
                    assertThat(expired.at("/context/principal").asString()).isEqualTo("platform:approvals");
                    assertThat(expired.at("/context/agent").asString()).isEqualTo(Given.AGENT);
                    assertThat(expired.at("/context/run").asString()).isNotEmpty();
                });
        assertThat(calls).isEmpty();
    }

    @Test
    void a_deadline_whose_action_never_came_to_be_does_nothing_and_is_gone(
            @Autowired Holds.Deadlines deadlines, @Autowired @Qualifier("systemDataSource") DataSource system) {
        var acme = customer(approval(1, Duration.ofHours(1)));
        var never = new ActionId(new TenantId(acme.tenant()), "act_never");

        deadlines.set(never, Instant.EPOCH);

        String left = "select count(*) from execution.scheduled_task where execution_time < now()";
        await(() -> Objects.equals(new JdbcTemplate(system).queryForObject(left, Long.class), 0L));
        String failed = "select count(*) from execution.scheduled_task where consecutive_failures > 0";
        assertThat(new JdbcTemplate(system).queryForObject(failed, Long.class)).isZero();
        acme.agent().get("/v1/actions/act_never").expect(404);
    }

    @Test
    void two_people_are_needed_where_the_rule_says_two() {
        var acme = customer(approval(2, Duration.ofHours(1)));
        TestClient maria = given.person(acme.admin(), "approver");
        TestClient paul = given.person(acme.admin(), "approver");
        String action = hold(acme, "zd_1");
        String grant = "/v1/approvals/" + action + ":grant";

        assertThat(maria.post(grant, "{}").expect(200).at("/state")).isEqualTo("open");
        Answer twice = maria.post(grant, "{}").expect(200);
        assertThat(twice.at("/needs/0/granted")).isEqualTo("1");
        assertThat(calls).isEmpty();
        assertThat(paul.post(grant, "{}").expect(200).at("/state")).isEqualTo("granted");
        await(() -> state(acme.agent(), action).equals("succeeded"));
    }

    @Test
    void a_held_action_is_denied_with_a_reason_or_taken_back() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        TestClient approver = given.person(acme.admin(), "approver");
        String first = hold(acme, "zd_1");
        String second = hold(acme, "zd_2");

        approver.post("/v1/approvals/" + first + ":deny", "{\"reason\":\"Not without the contract.\"}")
                .expect(200);
        acme.agent().post("/v1/actions/" + second + ":cancel", "").expect(200);

        Answer denied = acme.agent().get("/v1/actions/" + first).expect(200);
        assertThat(denied.at("/state")).isEqualTo("denied");
        assertThat(denied.at("/cause/detail")).contains("Not without the contract.");
        assertThat(approver.get("/v1/approvals/" + second).at("/state")).isEqualTo("cancelled");
        assertThat(approver.get("/v1/approvals?state=open").json().at("/items")).isEmpty();
        assertThat(calls).isEmpty();
    }

    @Test
    void no_tenant_holds_more_than_it_may() {
        var acme = customer(approval(1, Duration.ofHours(1)));
        for (int n = 0; n < 20; n++) {
            hold(acme, "zd_" + n);
        }

        Answer full = acme.agent()
                .post("/v1/actions", envelope(acme.tenant(), "zd_full"))
                .expect(429);

        assertThat(full.at("/cause/limit")).isEqualTo("held_actions");
        TestClient approver = given.person(acme.admin(), "approver");
        Answer page = approver.get("/v1/approvals?state=open&limit=15").expect(200);
        assertThat(page.json().at("/items")).hasSize(15);
        assertThat(approver.get("/v1/approvals?state=open&limit=15&cursor=" + page.at("/next_cursor"))
                        .json()
                        .at("/items"))
                .hasSize(5);
        approver.get("/v1/approvals?state=sleeping").expect(400);
    }

    @Test
    void an_effect_happens_only_when_its_check_has_passed() {
        var acme = customer(check("zendesk"));

        Answer done = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_1"))
                .expect(200);
        assertThat(done.at("/state")).isEqualTo("succeeded");
        Answer why = acme.agent().get("/v1/actions/" + done.at("/action_id")).expect(200);
        assertThat(why.at("/checks/0/passed")).isEqualTo("true");
        assertThat(why.at("/checks/0/result/ok")).isEqualTo("true");
        assertThat(why.at("/why/verdict")).isEqualTo("needs_check");

        classified = "{\"ok\":false}";
        Answer denied = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_2"))
                .expect(403);
        assertThat(denied.at("/state")).isEqualTo("denied");
        assertThat(denied.at("/cause/rule")).isEqualTo("mail");
        assertThat(acme.agent().get("/v1/actions/" + denied.at("/decision_id")).at("/checks/0/code"))
                .isEqualTo("check_failed");

        classified = "[\"ok\",true]";
        acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_3"))
                .expect(403);

        classified = "{\"ok\":true}";
        classifierMillis = 3_000;
        Answer late = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_4"))
                .expect(403);
        assertThat(acme.agent().get("/v1/actions/" + late.at("/decision_id")).at("/checks/0/code"))
                .isEqualTo("read_timeout");

        verdicts.of(acme.tenant(), envelope -> check("nowhere"));
        Answer missing = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_5"))
                .expect(403);
        assertThat(missing.at("/cause/detail")).contains("nowhere");
        assertThat(calls.keySet()).doesNotContain("/tickets/zd_2", "/tickets/zd_3", "/tickets/zd_4", "/tickets/zd_5");
        assertThat(calls.get("/tickets/zd_1")).hasValue(1);
        assertThat(acme.analyst().get("/v1/actions?state=denied").json().at("/items"))
                .hasSize(4);
    }

    @Test
    void a_version_in_shadow_is_told_with_every_answer() {
        var acme = customer(new Allowed(7, REASONS, new Verdict.Shadow(8, "denied", REASONS)));

        Answer done = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope(acme.tenant(), "zd_1"))
                .expect(200);
        assertThat(done.at("/shadow/verdict")).isEqualTo("denied");
        assertThat(acme.agent().get("/v1/actions/" + done.at("/action_id")).at("/why/shadow/version"))
                .isEqualTo("8");

        verdicts.of(
                acme.tenant(), envelope -> new Denied(7, REASONS, "ask", new Verdict.Shadow(8, "allowed", REASONS)));
        assertThat(acme.agent()
                        .post("/v1/actions", envelope(acme.tenant(), "zd_2"))
                        .expect(403)
                        .at("/shadow/verdict"))
                .isEqualTo("allowed");
    }

    private String hold(Given.Customer customer, String record) {
        Answer held = customer.agent()
                .post("/v1/actions", envelope(customer.tenant(), record))
                .expect(202);
        assertThat(held.at("/state")).isEqualTo("approval_required");
        return held.at("/action_id");
    }

    private static String state(TestClient client, String action) {
        return client.get("/v1/actions/" + action).expect(200).at("/state");
    }

    private static Verdict approval(int count, Duration validFor, String... roles) {
        List<String> wanted = roles.length == 0 ? List.of("approver") : List.of(roles);
        return new NeedsApproval(7, REASONS, List.of(new Approval("writes", wanted, count, validFor)), null);
    }

    private static Verdict check(String system) {
        return new NeedsCheck(
                7,
                REASONS,
                List.of(new Verdict.Check(
                        "mail", system, "classify", Map.of(), Map.of("text", "arguments.status"), "{\"ok\":true}")),
                List.of(),
                null);
    }

    private Given.Customer customer(Verdict verdict) {
        var customer = given.customer();
        verdicts.of(customer.tenant(), envelope -> verdict);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                    {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":100,
                     "read_timeout":"PT1S",
                     "operations":{
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "target_schema":{"type":"object","required":["record_id"],
                                          "properties":{"record_id":{"type":"string"}}},
                         "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                         "body":{"status":"arguments.status"}},
                       "classify":{"effect":"read","method":"POST","path":"/classify",
                         "argument_schema":{"type":"object","required":["text"],
                                            "properties":{"text":{"type":"string"}}},
                         "result_schema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}}\
                    """.formatted(
                                target.getAddress().getPort()))
                .expect(201);
        return customer;
    }

    private static String envelope(String tenant, String record) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update",
             "target":{"system":"zendesk","record_id":"%s"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, record);
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

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
