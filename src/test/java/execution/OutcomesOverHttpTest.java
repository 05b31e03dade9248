package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** What really happened, level by level, found out late or at once, and how much of it is kept. */
@PlatformTest
class OutcomesOverHttpTest {

    private static final String NEEDLE = "plum-42-kestrel";

    private final Given given;
    private final JdbcTemplate everyTenant;
    private final HttpServer target;
    /** Status of each ticket at the target. */
    private final Map<String, String> tickets = new ConcurrentHashMap<>();

    private volatile boolean readable = true;
    private Customer acme;

    @Autowired
    OutcomesOverHttpTest(Given given, @Qualifier("systemDataSource") DataSource everyTenant) throws IOException {
        this.given = given;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.acme = given.customer();
    }

    @BeforeEach
    void serve() {
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/tickets/", this::answer);
        target.start();
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + acme.tenant(), """
                    {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":100,
                     "circuit_breaker":{"window":1000,"minimum_calls":1000},
                     "operations":{
                       "ticket.read":{"effect":"read","method":"GET","path":"/tickets/{record_id}",%1$s},
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "price_micros":700,"shown_to_approver":["arguments.status","target.record_id"],
                         "data_classes_in":["internal"],"data_classes_out":["personal"],"reversible":false,
                         "tool_error":{"pointer":"/ok","equals":false,"message":"/error"},
                         "probe":{"operation":"ticket.read","target":{"record_id":"target.record_id"},
                                  "expect":{"/status":"arguments.status"}},%1$s}}}\
                    """.replace("%1$s", """
                        "target_schema":{"type":"object","required":["record_id"],
                                         "properties":{"record_id":{"type":"string"}}},
                        "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}\
                        """)
                        .formatted(target.getAddress().getPort()))
                .expect(201);
        allow("allow", "");
    }

    @AfterEach
    void stopServing() {
        target.stop(0);
    }

    /** The ticket's name says what goes wrong with it. */
    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String ticket = exchange.getRequestURI().getPath().substring("/tickets/".length());
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                String status = tickets.getOrDefault(ticket, "open");
                send(exchange, readable ? 200 : 503, "{\"status\":\"%s\"}".formatted(status));
                return;
            }
            if (ticket.startsWith("rejected")) {
                send(exchange, 200, "{\"ok\":false,\"error\":\"Locked: %s\"}".formatted(status(body)));
                return;
            }
            if (!ticket.startsWith("lost")) {
                tickets.put(ticket, status(body));
            }
            if (ticket.startsWith("fine")) {
                send(exchange, 200, "{\"ok\":true,\"echo\":%s}".formatted(body));
            }
            // Else the connection is closed without an answer.
        }
    }

    private static String status(String body) {
        return body.replaceAll(".*\"status\":\"([^\"]*)\".*", "$1");
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    void an_answer_of_200_that_carries_the_tools_error_is_a_failure_with_its_words() {
        Answer failed = update("rejected", "solved").expect(200);

        assertThat(failed.at("/state")).isEqualTo("failed");
        assertThat(failed.at("/outcome/code")).isEqualTo("tool_error");
        assertThat(failed.at("/outcome/levels/transport")).isEqualTo("answered");
        assertThat(failed.at("/outcome/levels/protocol/status")).isEqualTo("200");
        assertThat(failed.at("/outcome/levels/tool")).isEqualTo("error");
        assertThat(failed.at("/outcome/levels/message")).isEqualTo("Locked: solved");
        assertThat(failed.at("/outcome/levels/effect")).isEqualTo("not_probed");
        assertThat(read(failed).at("/outcome/levels/tool")).isEqualTo("error");
    }

    @Test
    void a_write_without_an_answer_is_what_its_probe_sees() {
        Answer done = update("silent_1", "solved").expect(200);
        assertThat(done.at("/state")).isEqualTo("succeeded");
        assertThat(done.at("/outcome/levels/transport")).isEqualTo("sent_no_answer");
        assertThat(done.at("/outcome/levels/effect")).isEqualTo("verified");

        Answer lost = update("lost_1", "solved").expect(200);
        assertThat(lost.at("/state")).isEqualTo("failed");
        assertThat(lost.at("/outcome/levels/effect")).isEqualTo("refuted");
    }

    @Test
    void what_no_probe_could_see_is_found_out_later_once_and_never_by_an_agent() {
        readable = false;
        Answer unknown = update("silent_2", "solved").expect(200);
        assertThat(unknown.at("/state")).isEqualTo("outcome_unknown");
        assertThat(unknown.at("/outcome/levels/effect")).isEqualTo("probe_failed");
        String reconcile = "/v1/actions/" + unknown.at("/action_id") + ":reconcile";
        assertThat(acme.analyst()
                        .get("/v1/actions?state=outcome_unknown")
                        .expect(200)
                        .at("/items/0/action_id"))
                .isEqualTo(unknown.at("/action_id"));

        acme.agent().post(reconcile, "{\"by\":\"probe\"}").expect(403);
        acme.analyst().post(reconcile, "{\"by\":\"probe\"}").expect(403);
        acme.admin().post(reconcile, "{}").expect(400);
        acme.admin().post(reconcile, "{\"outcome\":\"succeeded\"}").expect(400);
        assertThat(acme.admin()
                        .post(reconcile, "{\"by\":\"probe\"}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("probe_inconclusive");
        given.customer().admin().post(reconcile, "{\"by\":\"probe\"}").expect(404);

        readable = true;
        Answer known = acme.admin().post(reconcile, "{\"by\":\"probe\"}").expect(200);
        assertThat(known.at("/state")).isEqualTo("succeeded");
        assertThat(known.at("/reconciled/how")).isEqualTo("probe");
        assertThat(known.at("/outcome/levels/transport")).isEqualTo("sent_no_answer");
        assertThat(known.at("/outcome/levels/effect")).isEqualTo("verified");
        assertThat(acme.admin()
                        .post(reconcile, "{\"by\":\"probe\"}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("outcome_known");
        assertThat(acme.analyst()
                        .get("/v1/actions?state=outcome_unknown")
                        .json()
                        .at("/items"))
                .isEmpty();
        assertThat(journal(unknown)).contains("action_reconciled");
    }

    @Test
    void of_racing_reconciles_one_counts_and_what_was_not_used_is_given_back() throws Exception {
        readable = false;
        Answer unknown = update("silent_3", "solved").expect(200);
        assertThat(spentMoney()).isEqualTo("700");
        String reconcile = "/v1/actions/" + unknown.at("/action_id") + ":reconcile";
        List<Callable<Answer>> reconciles = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String evidence = "{\"outcome\":\"failed\",\"evidence\":\"Looked at the ticket, %d.\"}".formatted(i);
            reconciles.add(() -> acme.admin().post(reconcile, evidence));
        }

        List<Answer> answers = inParallel(reconciles);

        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(7);
        Answer known = read(unknown);
        assertThat(known.at("/state")).isEqualTo("failed");
        assertThat(known.at("/reconciled/how")).isEqualTo("person");
        assertThat(known.at("/reconciled/evidence")).startsWith("Looked at the ticket");
        assertThat(known.at("/cause/detail")).startsWith("Looked at the ticket");
        assertThat(spentMoney()).isEqualTo("0");
        assertThat(journal(unknown)).containsOnlyOnce("\"action_reconciled\"");
    }

    @Test
    void arguments_and_results_are_in_the_journal_by_their_digest_only_where_the_tenant_wants_that() {
        Answer full = update("fine_0", NEEDLE + "0").expect(200);
        assertThat(full.at("/outcome/result/echo/status")).isEqualTo(NEEDLE + "0");
        assertThat(journal(full)).as("full, and opened for who reads it").contains(NEEDLE + "0");
        assertThat(found(NEEDLE + "0")).as("full, and sealed").isEmpty();

        records("digest");
        Answer done = update("fine_1", NEEDLE + "1").expect(200);
        assertThat(done.at("/outcome/result/echo/status"))
                .as("the caller's own")
                .isEqualTo(NEEDLE + "1");
        Answer later = read(done);
        assertThat(later.body()).doesNotContain(NEEDLE);
        assertThat(later.at("/state")).isEqualTo("succeeded");
        assertThat(later.at("/arguments_digest")).isEqualTo(Fingerprint.of("{\"status\":\"" + NEEDLE + "1\"}"));
        assertThat(later.at("/outcome/result_digest")).hasSize(64);
        update("rejected", NEEDLE + "1").expect(200);
        assertThat(journal(done)).doesNotContain(NEEDLE);
        assertThat(found(NEEDLE + "1")).isEmpty();

        records("none");
        Answer none = update("fine_2", NEEDLE + "2").expect(200);
        String digest = Fingerprint.of("{\"status\":\"" + NEEDLE + "2\"}");
        assertThat(read(none).body())
                .doesNotContain(NEEDLE)
                .doesNotContain(digest)
                .doesNotContain("result_digest\":\"");
        assertThat(journal(none))
                .as("one action is told from another")
                .contains(digest)
                .doesNotContain(NEEDLE);
        assertThat(found(NEEDLE + "2")).isEmpty();
    }

    @Test
    void what_is_kept_apart_is_there_while_somebody_needs_it() {
        records("digest");
        readable = false;
        Answer unknown = update("silent_4", NEEDLE + "4").expect(200);
        assertThat(found(NEEDLE + "4")).containsExactly("execution.payload");
        readable = true;
        acme.admin()
                .post("/v1/actions/" + unknown.at("/action_id") + ":reconcile", "{\"by\":\"probe\"}")
                .expect(200);
        assertThat(found(NEEDLE + "4")).isEmpty();

        allow("require_approval", ",\"approval\":{\"roles\":[\"approver\"]}");
        Answer held = update("fine_5", NEEDLE + "5").expect(202);
        var approver = given.person(acme.admin(), "approver");
        String approval = "/v1/approvals/" + held.at("/action_id");
        Answer open = approver.get(approval).expect(200);
        assertThat(open.at("/arguments/status")).isEqualTo(NEEDLE + "5");
        assertThat(open.json().at("/shown").toString())
                .isEqualTo("{\"arguments.status\":\"%s\",\"target.record_id\":\"fine_5\"}".formatted(NEEDLE + "5"));
        assertThat(open.at("/reversible")).isEqualTo("false");
        assertThat(found(NEEDLE + "5")).containsExactly("execution.payload");

        approver.post(approval + ":grant", "{\"comment\":\"ok\",\"digest\":\"%s\"}".formatted(open.at("/digest")))
                .expect(200);
        until(() -> read(held).at("/state").equals("succeeded"));
        assertThat(tickets.get("fine_5")).isEqualTo(NEEDLE + "5");
        assertThat(approver.get(approval).expect(200).body()).doesNotContain(NEEDLE);
        assertThat(found(NEEDLE + "5")).isEmpty();

        Answer cancelled = update("fine_6", NEEDLE + "6").expect(202);
        acme.agent()
                .post("/v1/actions/" + cancelled.at("/action_id") + ":cancel", "{}")
                .expect(200);
        assertThat(found(NEEDLE + "6")).isEmpty();
    }

    @Test
    void data_of_other_classes_than_the_operation_takes_is_refused() {
        assertThat(acme.agent()
                        .post(
                                "/v1/actions",
                                envelope("fine_7", "solved").replace("[\"internal\"]", "[\"internal\",\"secret\"]"))
                        .expect(403)
                        .at("/code"))
                .isEqualTo("data_class_not_taken");
        assertThat(read(update("fine_8", "solved").expect(200))
                        .json()
                        .at("/declared/data_classes_out")
                        .toString())
                .isEqualTo("[\"personal\"]");
    }

    private Answer update(String ticket, String status) {
        return acme.agent().post("/v1/actions?wait=PT10S", envelope(ticket, status));
    }

    private String envelope(String ticket, String status) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update","target":{"system":"zendesk","record_id":"%s"},
             "arguments":{"status":"%s"},"data_classes":["internal"]}\
            """.formatted(
                        acme.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, ticket, status);
    }

    private Answer read(Answer action) {
        return acme.agent().get("/v1/actions/" + action.at("/action_id")).expect(200);
    }

    private String journal(Answer action) {
        return acme.auditor()
                .get("/v1/journal?action=" + action.at("/action_id"))
                .expect(200)
                .body();
    }

    private String spentMoney() {
        return acme.analyst().get("/v1/usage?by=operation").expect(200).at("/spent/0/cost_micros");
    }

    private void allow(String effect, String more) {
        publish(Given.PROFILE, """
            {"rules":[{"id":"all","effect":"allow","operations":["ticket.*"]},
                      {"id":"tickets","effect":"%s","operations":["ticket.update"]%s}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal","secret"]}\
            """.formatted(effect, more));
    }

    private void records(String level) {
        publish("layer:tenant", "{\"records\":{\"payloads\":\"%s\"}}".formatted(level));
    }

    private void publish(String profile, String document) {
        Answer before = acme.admin().get("/v1/policies/" + profile);
        String body = "{\"document\":%s}".formatted(document);
        Answer published = before.status() == 404
                ? acme.admin().put("/v1/policies/" + profile, body)
                : acme.admin().put("/v1/policies/" + profile, body, "If-Match", before.header("ETag"));
        assertThat(published.status()).as(published.body()).isIn(200, 201);
    }

    /** Tables with a row that holds this text, in plain or inside of bytes. */
    private List<String> found(String text) {
        String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        List<String> tables = everyTenant.query("""
            select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in
                ('journal', 'tenancy', 'policy', 'quota', 'secrets', 'memory', 'execution', 'audit')
                and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')\
            """, (row, number) -> row.getString(1));
        assertThat(tables).contains("journal.event", "execution.payload", "execution.action");
        return tables.stream()
                .filter(table -> Boolean.TRUE.equals(everyTenant.queryForObject(
                        "select exists (select 1 from %s t where t::text like ? or t::text like ?)".formatted(table),
                        Boolean.class,
                        "%" + text + "%",
                        "%" + hex + "%")))
                .toList();
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

    private static void until(Callable<Boolean> condition) {
        try {
            for (int tries = 0; !condition.call(); tries++) {
                assertThat(tries).as("it happens within 20 s").isLessThan(1_000);
                Thread.sleep(20);
            }
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
