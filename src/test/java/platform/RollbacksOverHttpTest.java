package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given.Customer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an agent did is undone as far as it can be, by ordinary actions, once, and only after the plan was seen. */
@PlatformTest
class RollbacksOverHttpTest {

    private static final String OPEN = """
        {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]}%s],
         "destinations":{"allow":["*"],"recipients":{"allow":["example.com"]}},"data_classes":["internal"]}}\
        """;
    private static final String POLICY = "/v1/policies/" + Given.PROFILE;

    private final SandboxServer sandbox = SandboxServer.start(0);
    private final Given given;
    private final Customer customer;

    @Autowired
    RollbacksOverHttpTest(Given given) {
        this.given = given;
        this.customer = given.customer();
    }

    @BeforeEach
    void connect() {
        for (String connector : List.of("zendesk", "crm", "mail")) {
            given.operator()
                    .put(
                            "/v1/connectors/" + connector + "?tenant=" + customer.tenant(),
                            DemoData.connector(connector, URI.create(sandbox.url())))
                    .expect(201);
        }
        customer.admin().put(POLICY, OPEN.formatted("")).expect(201);
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void what_a_run_did_is_undone_last_effect_first_and_says_what_cannot_be() {
        String status = act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"solved\"}");
        String both = act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"pending\",\"priority\":\"high\"}");
        String stage = act("wr_1", "crm", "crm.update", "c_1", "{\"stage\":\"customer\"}");
        String mail = act("wr_1", "mail", "mail.send", null, MAIL);
        act("wr_1", "zendesk", "ticket.read", "zd_1", "{}");
        act("wr_2", "crm", "crm.update", "c_2", "{\"stage\":\"lost\"}");

        Answer plan = customer.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201);

        assertThat(texts(plan.json(), "/steps", "undoes")).containsExactly(mail, stage, both, status);
        assertThat(texts(plan.json(), "/steps", "verdict"))
                .containsExactly("irreversible", "reversible", "reversible", "reversible");
        assertThat(plan.at("/steps/0/reason")).contains("mail.send");
        assertThat(plan.at("/steps/2/undo/arguments")).isEqualTo("{\"priority\":\"normal\",\"status\":\"solved\"}");
        assertThat(plan.at("/state")).isEqualTo("planned");
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("pending");
        String path = "/v1/rollbacks/" + plan.at("/rollback_id");
        assertThat(customer.admin()
                        .post(path + ":execute", "{\"digest\":\"%s\"}".formatted("0".repeat(64)))
                        .expect(409)
                        .at("/code"))
                .isEqualTo("rollback_digest_mismatch");

        JsonNode ended = executed(plan, "");

        assertThat(texts(ended, "/steps", "outcome")).containsExactly("skipped", "succeeded", "succeeded", "succeeded");
        assertThat(ended.path("undone").asLong()).isEqualTo(3);
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("open");
        assertThat(record("/tickets/zd_1").path("priority").asString()).isEqualTo("normal");
        assertThat(record("/crm/c_1").path("stage").asString()).isEqualTo("lead");
        assertThat(record("/crm/c_2").path("stage").asString()).isEqualTo("lost");
        Answer undone = customer.agent().get("/v1/actions/" + status).expect(200);
        assertThat(undone.at("/state")).isEqualTo("compensated");
        assertThat(undone.at("/compensated_by"))
                .isEqualTo(ended.at("/steps/3/action_id").asString());
        assertThat(undone.at("/outcome/status")).isEqualTo("200");
        assertThat(customer.agent().get("/v1/actions?state=compensated").json().path("items"))
                .hasSize(3);
        assertThat(customer.admin()
                        .post(path + ":execute", "{\"digest\":\"%s\"}".formatted(plan.at("/digest")))
                        .expect(409)
                        .at("/code"))
                .isEqualTo("rollback_started");

        JsonNode again = customer.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201)
                .json();
        assertThat(texts(again, "/steps", "verdict")).containsExactly("irreversible", "undone", "undone", "undone");
        assertThat(customer.auditor().get("/v1/rollbacks").json().path("items")).hasSize(2);
        assertThat(customer.auditor()
                        .get("/v1/journal?type=action_compensated&limit=200")
                        .json()
                        .path("items"))
                .hasSize(3);
    }

    @Test
    void two_plans_for_the_same_effects_undo_them_once() {
        act("wr_1", "crm", "crm.update", "c_1", "{\"stage\":\"customer\"}");
        String scope = "{\"agent_id\":\"%s\",\"system\":\"crm\"}".formatted(Given.AGENT);
        Answer one = customer.admin().post("/v1/rollbacks", scope).expect(201);
        Answer other = customer.admin().post("/v1/rollbacks", scope).expect(201);
        long before = sandbox.effects();

        assertThat(one.at("/digest")).isEqualTo(other.at("/digest"));
        JsonNode first = executed(one, "");
        Answer late = customer.admin()
                .post(
                        "/v1/rollbacks/" + other.at("/rollback_id") + ":execute",
                        "{\"digest\":\"%s\"}".formatted(other.at("/digest")))
                .expect(409);

        assertThat(late.at("/code")).isEqualTo("rollback_outdated");
        assertThat(first.at("/undone").asLong()).isEqualTo(1);
        assertThat(sandbox.effects()).isEqualTo(before + 1);
    }

    @Test
    void what_something_else_touched_later_is_undone_only_if_that_is_wanted() {
        act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"solved\"}");
        String later = act("wr_2", "zendesk", "ticket.update", "zd_1", "{\"priority\":\"urgent\"}");
        Answer plan = customer.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201);
        assertThat(plan.at("/steps/0/conflicts/0")).isEqualTo(later);
        assertThat(plan.at("/counts/conflicts")).isEqualTo("1");

        JsonNode careful = executed(plan, "");

        assertThat(careful.at("/steps/0/outcome").asString()).isEqualTo("skipped");
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("solved");
        Answer again = customer.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201);
        JsonNode bold = executed(again, ",\"include_conflicts\":true");
        assertThat(bold.at("/steps/0/outcome").asString()).isEqualTo("succeeded");
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("open");
        assertThat(record("/tickets/zd_1").path("priority").asString()).isEqualTo("urgent");
    }

    @Test
    void an_undo_is_bound_by_policy_and_what_came_before_it_on_the_record_stays() {
        act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"solved\"}");
        act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"priority\":\"urgent\"}");
        act("wr_1", "crm", "crm.update", "c_1", "{\"stage\":\"trial\"}");
        customer.admin().put(POLICY, OPEN.formatted("""
                    ,{"id":"frozen-tickets","effect":"deny","operations":["ticket.update"]}\
                    """), "If-Match", "\"1\"").expect(200);

        JsonNode ended = executed(
                customer.admin()
                        .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                        .expect(201),
                "");

        assertThat(texts(ended, "/steps", "outcome")).containsExactly("succeeded", "denied", "skipped");
        assertThat(ended.at("/not_undone").asLong()).isEqualTo(2);
        assertThat(record("/tickets/zd_1").path("priority").asString()).isEqualTo("urgent");

        customer.admin().put(POLICY, OPEN.formatted(""), "If-Match", "\"2\"").expect(200);
        JsonNode later = executed(
                customer.admin()
                        .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                        .expect(201),
                "");
        assertThat(texts(later, "/steps", "verdict")).containsExactly("undone", "reversible", "reversible");
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("open");
    }

    @Test
    void an_undo_that_needs_approval_waits_for_it() {
        act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"solved\"}");
        customer.admin().put(POLICY, OPEN.formatted("""
                    ,{"id":"people","effect":"require_approval","operations":["ticket.update"],
                      "approval":{"roles":["approver"]}}\
                    """), "If-Match", "\"1\"").expect(200);
        Answer plan = customer.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201);
        customer.admin().post(execute(plan), digest(plan, "")).expect(202);
        TestClient approver = given.person(customer.admin(), "approver");
        await(() -> !read(plan).at("/steps/0/action_id").asString("").isEmpty());

        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("solved");
        approver.post("/v1/approvals/" + read(plan).at("/steps/0/action_id").asString() + ":grant", "{}")
                .expect(200);

        await(() -> read(plan).path("state").asString().equals("ended"));
        assertThat(record("/tickets/zd_1").path("status").asString()).isEqualTo("open");
    }

    @Test
    void agents_neither_plan_nor_execute_and_a_scope_has_to_say_something() {
        act("wr_1", "zendesk", "ticket.update", "zd_1", "{\"status\":\"solved\"}");
        Answer plan = customer.admin()
                .post("/v1/rollbacks", "{\"system\":\"zendesk\"}")
                .expect(201);

        customer.agent().post("/v1/rollbacks", "{\"system\":\"zendesk\"}").expect(403);
        customer.auditor().post(execute(plan), digest(plan, "")).expect(403);
        customer.agent().get("/v1/rollbacks/" + plan.at("/rollback_id")).expect(403);
        assertThat(customer.admin().post("/v1/rollbacks", "{}").expect(400).at("/errors/0/rule"))
                .isEqualTo("scope");
        assertThat(customer.admin().post("/v1/rollbacks", """
                    {"system":"zendesk","from":"2026-11-24T12:00:00Z","until":"2026-11-24T12:00:00Z"}\
                    """).expect(400).at("/errors/0/pointer"))
                .isEqualTo("/until");
        customer.admin().get("/v1/rollbacks/rb_none").expect(404);
        given.customer().admin().get("/v1/rollbacks/" + plan.at("/rollback_id")).expect(404);
    }

    private static final String MAIL = """
        {"to":["buyer@example.com"],"subject":"Order","text":"Thank you."}\
        """;

    private String act(String run, String system, String operation, @Nullable String record, String arguments) {
        Answer answer = customer.agent()
                .post(
                        "/v1/actions?wait=PT10S",
                        """
                        {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
                         "quota_class":"%s","requested_action":"%s","target":{"system":"%s"%s},"arguments":%s,
                         "data_classes":["internal"]}\
                        """.formatted(
                                        customer.tenant(),
                                        Given.WORKSPACE,
                                        Given.AGENT,
                                        run,
                                        Given.PROFILE,
                                        Given.QUOTA_CLASS,
                                        operation,
                                        system,
                                        record == null ? "" : ",\"record_id\":\"" + record + "\"",
                                        arguments),
                        "Idempotency-Key",
                        "\"" + UUID.randomUUID() + "\"")
                .expect(200);
        assertThat(answer.at("/state")).as(answer.body()).isEqualTo("succeeded");
        return answer.at("/action_id");
    }

    private static String execute(Answer plan) {
        return "/v1/rollbacks/" + plan.at("/rollback_id") + ":execute";
    }

    private static String digest(Answer plan, String more) {
        return "{\"digest\":\"%s\"%s}".formatted(plan.at("/digest"), more);
    }

    private JsonNode executed(Answer plan, String more) {
        customer.admin().post(execute(plan), digest(plan, more)).expect(202);
        await(() -> read(plan).path("state").asString().equals("ended"));
        return read(plan);
    }

    private JsonNode read(Answer plan) {
        return customer.auditor()
                .get("/v1/rollbacks/" + plan.at("/rollback_id"))
                .expect(200)
                .json();
    }

    private JsonNode record(String path) {
        try (var target = new DemoApi(URI.create(sandbox.url()), JsonMapper.shared())) {
            return target.get("", path).body();
        }
    }

    private static List<String> texts(JsonNode in, String list, String field) {
        return in.at(list)
                .valueStream()
                .map(item -> item.path(field).asString(""))
                .toList();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
