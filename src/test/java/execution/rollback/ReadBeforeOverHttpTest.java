package execution.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** A system that answers changes with nothing: what was there is read before, and put back from that. */
@PlatformTest
class ReadBeforeOverHttpTest {

    private static final String BEFORE = """
        ,"before":{"operation":"record.read","target":{"record_id":"target.record_id"}}\
        """;

    private final Given given;
    private Given.Customer acme;
    private HttpServer target;
    private final Map<String, String> records = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile int readStatus = 200;
    private volatile boolean readHangs;

    @Autowired
    ReadBeforeOverHttpTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void aCustomerWithASystem() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/records/", this::answer);
        target.start();
        acme = given.customer();
        connector("", BEFORE).expect(201);
        acme.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["record.update"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """).expect(201);
        records.put(
                "r_1", "{\"status\":\"open\",\"owner\":{\"name\":\"maria\",\"phone\":\"555\"},\"note\":\"private\"}");
    }

    @AfterEach
    void stopServing() {
        released.countDown();
        target.stop(0);
    }

    @Test
    void what_was_there_is_read_before_and_put_back() {
        assertThat(update("r_1", "solved", "otto").at("/state")).isEqualTo("succeeded");

        assertThat(requests).containsExactly("GET /records/r_1", "PUT /records/r_1");
        JsonNode entry = journal("prior_read");
        assertThat(entry.path("prior").asString())
                .as("only what undoes it is made of")
                .isEqualTo("{\"owner\":{\"name\":\"maria\"},\"status\":\"open\"}");
        assertThat(entry.path("operation").asString()).isEqualTo("record.read");

        JsonNode plan = plan();
        assertThat(plan.at("/steps/0/verdict").asString()).as(plan.toString()).isEqualTo("reversible");
        assertThat(plan.at("/steps/0/undo/arguments").asString())
                .isEqualTo("{\"owner\":\"maria\",\"status\":\"open\"}");
        String rollback = "/v1/rollbacks/" + plan.path("rollback_id").asString();
        acme.admin()
                .post(
                        rollback + ":execute",
                        "{\"digest\":\"%s\"}".formatted(plan.path("digest").asString()))
                .expect(202);
        await(() -> acme.auditor().get(rollback).at("/state").equals("ended"));

        assertThat(acme.auditor().get(rollback).json().path("undone").asInt()).isEqualTo(1);
        assertThat(records.get("r_1")).isEqualTo("{\"owner\":\"maria\",\"status\":\"open\"}");
    }

    @Test
    void what_cannot_be_read_before_is_not_changed() {
        readStatus = 503;

        Answer failed = update("r_1", "solved", "otto");

        assertThat(failed.at("/state")).as(failed.body()).isEqualTo("failed");
        assertThat(failed.at("/outcome/code")).isEqualTo("prior_unread");
        assertThat(failed.at("/cause/owner")).isEqualTo("provider");
        assertThat(failed.at("/cause/detail")).startsWith("Nothing was changed: record.read has to read first");
        assertThat(failed.json().at("/outcome/requests").asInt()).isZero();
        assertThat(requests).isNotEmpty().allMatch(request -> request.startsWith("GET "));
        assertThat(records.get("r_1")).contains("\"open\"");
        assertThat(plan().at("/steps")).isEmpty();
        JsonNode used = acme.analyst().get("/v1/usage").json().at("/limits/0");
        assertThat(used.path("spent").asLong() + used.path("reserved").asLong())
                .as(used.toString())
                .isZero();

        readStatus = 404;
        assertThat(update("r_2", "solved", "otto").at("/outcome/code")).isEqualTo("prior_unread");
    }

    @Test
    void a_freeze_while_it_is_read_keeps_it_from_being_changed() {
        readHangs = true;
        String action = acme.agent()
                .post("/v1/actions", envelope("r_1", "solved", "otto"))
                .at("/action_id");
        await(() -> requests.contains("GET /records/r_1"));

        acme.admin().post("/v1/containment", """
                    {"scope":"tenant","posture":"frozen","reason":"For a test."}\
                    """).expect(200);
        released.countDown();

        await(() -> acme.auditor().get("/v1/actions/" + action).at("/state").equals("cancelled"));
        assertThat(requests).containsExactly("GET /records/r_1");
        assertThat(records.get("r_1")).contains("\"open\"");
    }

    @Test
    void without_the_read_or_what_it_shows_nothing_is_put_back() {
        connector("", "").expect(200);
        assertThat(update("r_1", "pending", "otto").at("/state")).isEqualTo("succeeded");
        connector("", BEFORE).expect(200);

        assertThat(plan().at("/steps/0/verdict").asString()).isEqualTo("irreversible");
        assertThat(plan().at("/steps/0/reason").asString())
                .isEqualTo("What was there before is not known: nobody looked then, or it is not kept.");
    }

    @Test
    void the_read_has_a_lease_of_its_own_and_none_is_no_call() {
        connector(",\"credential\":{\"as\":\"bearer\"}", BEFORE).expect(200);
        String mutating = Canaries.plant("read_before_mutate");
        String reading = Canaries.plant("read_before_read");
        secret("writer", "mutate", mutating);

        assertThat(update("r_1", "solved", "otto").at("/state")).isEqualTo("failed");
        assertThat(requests).as("nothing is lent to read with").isEmpty();
        secret("reader", "read", reading);
        assertThat(update("r_1", "pending", "otto").at("/state")).isEqualTo("succeeded");

        assertThat(credentials).containsExactly("Bearer " + reading, "Bearer " + mutating);
    }

    @Test
    void a_description_that_cannot_be_carried_out_is_refused_by_its_field() {
        Answer notRead = connector("", """
            ,"before":{"operation":"record.update","target":{"record_id":"target.record_id"}}\
            """).expect(400);
        assertThat(notRead.body())
                .contains("/operations/record.update/compensation/before/operation", "must be a read operation");
        Answer withoutRead = given.operator()
                .put("/v1/connectors/records?tenant=" + acme.tenant(), document("", "", "prior."))
                .expect(400);
        assertThat(withoutRead.body())
                .contains("/operations/record.update/compensation/arguments/status", "needs before");
        connector("", """
            ,"before":{"operation":"record.read","target":{"record_id":"prior.record_id"}}\
            """).expect(400);
    }

    private Answer connector(String credential, String before) {
        Answer now = given.operator().get("/v1/connectors/records?tenant=" + acme.tenant());
        String[] ifMatch = now.status() == 404 ? new String[0] : new String[] {"If-Match", now.header("ETag")};
        return given.operator()
                .put(
                        "/v1/connectors/records?tenant=" + acme.tenant(),
                        document(credential, before, before.isEmpty() ? "result." : "prior."),
                        ifMatch);
    }

    private String document(String credential, String before, String from) {
        return """
            {"base_url":"http://127.0.0.1:%1$d","allow_private_addresses":["127.0.0.1"],"bulkhead":10%2$s,
             "operations":{
               "record.read":{"effect":"read","method":"GET","path":"/records/{record_id}","max_attempts":1,
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","properties":{}}},
               "record.update":{"effect":"write","method":"PUT","path":"/records/{record_id}",
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","required":["status","owner"],
                                    "properties":{"status":{"type":"string"},"owner":{"type":"string"}}},
                 "body":{"status":"arguments.status","owner":"arguments.owner"},
                 "compensation":{"operation":"record.update","target":{"record_id":"target.record_id"},
                   "arguments":{"status":"%4$sstatus","owner":"%4$sowner.name"}%3$s}}}}\
            """.formatted(target.getAddress().getPort(), credential, before, from);
    }

    private void secret(String name, String mode, String value) {
        acme.admin().post("/v1/secrets", """
                    {"secret_id":"%s","system":"records","mode":"%s","value":{"type":"api_key","value":"%s"}}\
                    """.formatted(name, mode, value)).expect(201);
        acme.admin()
                .post("/v1/secrets/" + name + "/grants", "{\"operations\":[\"*\"]}")
                .expect(201);
    }

    private Answer update(String record, String status, String owner) {
        return acme.agent().post("/v1/actions?wait=PT20S", envelope(record, status, owner));
    }

    private String envelope(String record, String status, String owner) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"record.update","target":{"system":"records","record_id":"%s"},
             "arguments":{"status":"%s","owner":"%s"},"data_classes":["internal"]}\
            """.formatted(
                acme.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, record, status, owner);
    }

    private JsonNode plan() {
        return acme.admin()
                .post("/v1/rollbacks", "{\"workflow_run_id\":\"wr_1\"}")
                .expect(201)
                .json();
    }

    private JsonNode journal(String type) {
        return acme.auditor().get("/v1/journal?type=" + type).expect(200).json().at("/items/0/payload");
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String record = exchange.getRequestURI().getPath().substring("/records/".length());
        requests.add(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
        String credential = exchange.getRequestHeaders().getFirst("Authorization");
        if (credential != null) {
            credentials.add(credential);
        }
        boolean read = exchange.getRequestMethod().equals("GET");
        if (read && readHangs) {
            try {
                released.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        if (!read) {
            records.put(record, new String(body, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            return;
        }
        byte[] found = records.getOrDefault(record, "{}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(readStatus, found.length);
        exchange.getResponseBody().write(found);
        exchange.close();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it happens within 30 s").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
