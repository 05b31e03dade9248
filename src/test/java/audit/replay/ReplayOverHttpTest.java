package audit.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A run told again: in order, with the versions of then, and without a single call. */
@PlatformTest
class ReplayOverHttpTest {

    @Autowired
    private Given given;

    private HttpServer target;
    private final AtomicInteger calls = new AtomicInteger();
    private Given.Customer acme;

    @BeforeEach
    void aCustomerWithATarget() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            calls.incrementAndGet();
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        acme = given.customer();
        describe();
        publish("For a test.");
    }

    @AfterEach
    void stopServing() {
        target.stop(0);
    }

    @Test
    void a_run_is_told_with_what_was_known_decided_done_and_what_came_of_it() {
        String done = act("wr_1", "ticket.update");
        String denied = act("wr_1", "ticket.delete");
        String held = act("wr_1", "ticket.merge");
        given.person(acme.admin(), "approver")
                .post("/v1/approvals/" + held + ":grant", "{\"comment\":\"Checked.\"}")
                .expect(200);
        awaitEnd(held);
        act("wr_2", "ticket.update");
        acme.agent().post("/v1/runs/wr_1:end", "").expect(200);
        // What is in force now is not what was known then.
        publish("Another version.");
        describe();

        List<JsonNode> steps = lines("/v1/runs/wr_1/replay");

        assertThat(kinds(steps, done)).containsSubsequence("decided", "done", "outcome");
        assertThat(kinds(steps, denied)).containsExactly("decided");
        assertThat(kinds(steps, held)).containsSubsequence("decided", "answered", "decided", "done", "outcome");
        JsonNode decided = step(steps, done, "decided");
        assertThat(decided.at("/known/policy_version").asLong()).isEqualTo(1);
        assertThat(decided.at("/known/connector_version").asLong()).isEqualTo(1);
        assertThat(decided.at("/known/schema_digest").asString()).hasSize(64);
        assertThat(decided.at("/known/quota_class").asString()).isEqualTo(Given.QUOTA_CLASS);
        assertThat(decided.at("/known/arguments/status").asString()).isEqualTo("solved");
        assertThat(decided.at("/decided/rules/0/rule").asString()).isEqualTo("tickets");
        assertThat(decided.at("/decided/drawn/limit").asString()).isEqualTo("tool_calls_per_day");
        assertThat(step(steps, denied, "decided").at("/decided/cause/rule").asString())
                .isEqualTo("no_delete");
        assertThat(step(steps, held, "answered").at("/asked/words").asString()).isEqualTo("Checked.");
        assertThat(step(steps, done, "outcome").at("/outcome/status").asInt()).isEqualTo(200);
        assertThat(steps.getLast().path("event").asString()).isEqualTo("run_ended");
        assertThat(steps)
                .extracting(step -> step.path("sequence").asLong())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(steps).noneMatch(step -> step.toString().contains("wr_2"));
    }

    @Test
    void nothing_is_done_again_and_nothing_is_written() {
        for (int i = 0; i < 5; i++) {
            act("wr_" + i % 2, "ticket.update");
        }
        int before = calls.get();
        Answer use = acme.analyst().get("/v1/usage").expect(200);
        long entries = lines("/v1/journal:replay").size();

        for (int i = 0; i < 3; i++) {
            assertThat(lines("/v1/runs/wr_0/replay")).isNotEmpty();
            assertThat(lines("/v1/journal:replay")).hasSize((int) entries);
        }

        assertThat(calls).hasValue(before);
        assertThat(acme.analyst().get("/v1/usage").expect(200).json().path("limits"))
                .isEqualTo(use.json().path("limits"));
    }

    @Test
    void pages_join_to_what_the_lines_say() {
        act("wr_1", "ticket.update");
        act("wr_1", "ticket.delete");
        List<JsonNode> whole = lines("/v1/runs/wr_1/replay");

        List<List<JsonNode>> pages = pages("/v1/runs/wr_1/replay?limit=2");

        assertThat(pages).allMatch(page -> page.size() <= 2);
        assertThat(joined(pages)).isEqualTo(whole).hasSizeGreaterThan(4);
    }

    /** Each may be as large as a request: two hundred of them fit into nobody's memory. */
    @Test
    void large_steps_come_few_at_a_time_and_none_is_left_out() {
        act("wr_1", "ticket.update");
        for (int n = 0; n < 5; n++) {
            act("wr_1", "ticket.delete", n + "y".repeat(700_000));
        }
        List<JsonNode> whole = lines("/v1/runs/wr_1/replay");

        List<List<JsonNode>> pages = pages("/v1/runs/wr_1/replay?limit=200");

        assertThat(pages).hasSizeGreaterThan(2).allMatch(page -> page.toString().length() < 2_000_000);
        assertThat(joined(pages)).isEqualTo(whole).hasSizeGreaterThan(8);
    }

    private List<List<JsonNode>> pages(String path) {
        List<List<JsonNode>> pages = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = acme.auditor()
                    .get(path + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200);
            List<JsonNode> items = new ArrayList<>();
            page.json().path("items").forEach(items::add);
            pages.add(items);
            cursor = page.at("/next_cursor");
        } while (!cursor.isEmpty());
        return pages;
    }

    private static List<JsonNode> joined(List<List<JsonNode>> pages) {
        return pages.stream().flatMap(List::stream).toList();
    }

    @Test
    void a_period_is_told_from_its_first_entry_to_its_last() {
        act("wr_1", "ticket.update");
        List<JsonNode> all = lines("/v1/journal:replay");
        JsonNode third = all.get(2);
        JsonNode last = all.getLast();

        List<JsonNode> period = lines("/v1/journal:replay?from=%s&until=%s"
                .formatted(third.path("at").asString(), last.path("at").asString()));

        assertThat(period).isNotEmpty().isSubsetOf(all);
        assertThat(period.getFirst().path("at").asString())
                .isGreaterThanOrEqualTo(third.path("at").asString());
        assertThat(period).noneMatch(step -> step.path("at").equals(last.path("at")));
        acme.auditor()
                .get("/v1/journal:replay?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")
                .expect(400);
    }

    @Test
    void a_run_that_is_not_there_and_people_who_may_not_look_are_told_so() {
        act("wr_1", "ticket.update");

        acme.auditor().get("/v1/runs/wr_none/replay").expect(404);
        acme.agent().get("/v1/runs/wr_1/replay").expect(403);
        given.customer().auditor().get("/v1/runs/wr_1/replay").expect(404);
    }

    private String act(String run, String operation) {
        return act(run, operation, "solved");
    }

    private String act(String run, String operation, String status) {
        Answer answer = acme.agent().post("/v1/actions?wait=PT10S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"zendesk","record_id":"zd_%s"},
             "arguments":{"status":"%s"},"data_classes":["internal"]}\
            """.formatted(
                        acme.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        run,
                        Given.PROFILE,
                        Given.QUOTA_CLASS,
                        operation,
                        calls.get(),
                        status));
        String action = answer.at("/action_id");
        return action.isEmpty() ? answer.at("/decision_id") : action;
    }

    private void awaitEnd(String action) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!acme.auditor().get("/v1/actions/" + action).at("/state").equals("succeeded")) {
            assertThat(System.nanoTime()).as("it ends within 20 s").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private List<JsonNode> lines(String path) {
        return acme.auditor()
                .send("GET", path, null, "Accept", "application/x-ndjson")
                .expect(200)
                .body()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .toList();
    }

    private static List<String> kinds(List<JsonNode> steps, String action) {
        return steps.stream()
                .filter(step -> step.path("action_id").asString("").equals(action))
                .map(step -> step.path("kind").asString())
                .filter(kind -> !kind.equals("accounted"))
                .toList();
    }

    private static JsonNode step(List<JsonNode> steps, String action, String kind) {
        return steps.stream()
                .filter(step -> step.path("action_id").asString("").equals(action)
                        && step.path("kind").asString().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private void publish(String comment) {
        Answer now = acme.admin().get("/v1/policies/" + Given.PROFILE);
        Answer published = acme.admin()
                .put(
                        "/v1/policies/" + Given.PROFILE,
                        """
            {"comment":"%s","document":{"rules":[
               {"id":"tickets","effect":"allow","operations":["ticket.update","ticket.merge"]},
               {"id":"no_delete","effect":"deny","operations":["ticket.delete"]},
               {"id":"merges","effect":"require_approval","operations":["ticket.merge"],
                "approval":{"roles":["approver"],"count":1,"valid_for":"PT1H"}}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """.formatted(comment),
                        now.status() == 404 ? new String[0] : new String[] {"If-Match", now.header("ETag")});
        assertThat(published.status()).as(published.body()).isIn(200, 201);
    }

    private void describe() {
        String operation = """
            "%s":{"effect":"write","method":"PUT","path":"/tickets/{record_id}","target_schema":{"type":"object",
             "required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
             "idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"}}\
            """;
        String path = "/v1/connectors/zendesk?tenant=" + acme.tenant();
        Answer now = given.operator().get(path);
        Answer described = given.operator()
                .put(
                        path,
                        """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":%d,
             "operations":{%s,%s,%s}}\
            """.formatted(
                                        target.getAddress().getPort(),
                                        100 + calls.get(),
                                        operation.formatted("ticket.update"),
                                        operation.formatted("ticket.delete"),
                                        operation.formatted("ticket.merge")),
                        now.status() == 404 ? new String[0] : new String[] {"If-Match", now.header("ETag")});
        assertThat(described.status()).as(described.body()).isIn(200, 201);
    }
}
