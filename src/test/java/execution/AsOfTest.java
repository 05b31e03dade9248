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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tenancy.PastEvents;
import tenancy.PastEvents.Past;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the past looks like when it is asked for. */
@PlatformTest
class AsOfTest {

    private static final int POINTS = 1_000;
    private static final int ACTIONS = 60;
    private static final long SEED = 20_261_129;

    private final Given given;
    private final PastEvents past;
    private final JsonMapper json;

    private HttpServer target;
    private final AtomicInteger calls = new AtomicInteger();
    private Given.Customer acme;

    @Autowired
    AsOfTest(Given given, PastEvents past, JsonMapper json) {
        this.given = given;
        this.past = past;
        this.json = json;
    }

    @BeforeEach
    void aCustomerWithATarget() throws IOException {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            int call = calls.incrementAndGet();
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(call % 5 == 0 ? 422 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        acme = given.customer();
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + acme.tenant(), connector())
                .expect(201);
        publish("internal");
    }

    @AfterEach
    void stopServing() {
        target.stop(0);
    }

    @Test
    void a_thousand_random_points_equal_a_straight_replay_up_to_them() {
        given.operator()
                .patch("/v1/tenants/" + acme.tenant(), "{\"name\":\"Another name\"}")
                .expect(200);
        for (int i = 0; i < ACTIONS; i++) {
            String operation = i % 7 == 3 ? "ticket.delete" : "ticket.update";
            acme.agent().post("/v1/actions", envelope("wr_" + i % 9, "zd_" + i, operation));
            if (i % 11 == 0) {
                acme.agent().post("/v1/runs/wr_" + i % 9 + ":end", "");
            }
        }
        awaitNothingUnderWay();
        List<Past> straight = stream();
        Map<Long, Map<String, String>> states = replayed(straight);
        List<String> things =
                List.copyOf(Objects.requireNonNull(states.get(straight.getLast().sequence()))
                        .keySet());
        var random = new Random(SEED);

        int there = 0;
        for (int point = 0; point < POINTS; point++) {
            long sequence = straight.get(random.nextInt(straight.size())).sequence();
            String thing = things.get(random.nextInt(things.size()));

            Answer then = acme.auditor().get("/v1/" + thing + "?as_of=" + sequence);

            String expected = Objects.requireNonNull(states.get(sequence)).get(thing);
            if (expected == null) {
                then.expect(404);
                assertThat(then.at("/code")).isEqualTo("not_there_yet");
            } else {
                there++;
                assertThat(then.expect(200).json())
                        .as("%s as of %d", thing, sequence)
                        .isEqualTo(json.readTree(expected));
            }
        }
        assertThat(there).isGreaterThan(POINTS / 5);
    }

    @Test
    void tenant_agent_policy_and_use_are_shown_as_they_were_answered_then() {
        List<String> paths = List.of(
                "/v1/tenants/" + acme.tenant(),
                "/v1/agents/" + Given.AGENT,
                "/v1/policies/" + Given.PROFILE,
                "/v1/quotas",
                "/v1/quotas/settings",
                "/v1/usage",
                "/v1/usage?run=wr_1");
        Map<Long, Map<String, JsonNode>> answered = new HashMap<>();
        for (int round = 0; round < 6; round++) {
            acme.agent().post("/v1/actions?wait=PT10S", envelope("wr_1", "zd_" + round, "ticket.update"));
            switch (round % 3) {
                case 0 -> publish("internal\",\"round_" + round);
                case 1 -> {
                    acme.admin()
                            .patch("/v1/agents/" + Given.AGENT, "{\"trust_zone\":\"zone_%d\"}".formatted(round))
                            .expect(200);
                    acme.admin()
                            .put("/v1/quotas/settings", """
                                {"time_zone":"UTC","thresholds":[%d]}\
                                """.formatted(90 + round))
                            .expect(200);
                    acme.admin()
                            .put("/v1/quotas/agents/%s/overrides/tokens_per_day".formatted(Given.AGENT), """
                                {"value":%d}\
                                """.formatted(
                                            500 + round))
                            .expect(200);
                }
                default ->
                    acme.admin()
                            .put("/v1/quotas/overrides/tool_calls_per_day", "{\"value\":%d}".formatted(1_000 + round))
                            .expect(200);
            }
            answered.put(last(), answers(paths, ""));
        }

        answered.forEach((sequence, then) -> assertThat(answers(paths, "as_of=" + sequence))
                .as("as of %d", sequence)
                .isEqualTo(then));
    }

    @Test
    void the_seconds_that_a_run_stood_still_are_none_of_its_own_in_the_past_either() {
        acme.agent().post("/v1/actions?wait=PT10S", envelope("wr_1", "zd_1", "ticket.update"));
        String containment = acme.admin().post("/v1/containment", """
                    {"scope":"run","key":"wr_1","posture":"frozen","reason":"To be looked at."}\
                    """).at("/receipt/containment_id");
        Instant frozen = time("posture_set", "set_at");
        Instant inTheMiddle = frozen.plusMillis(1_500);
        while (!Instant.parse(acme.analyst().get("/v1/usage?run=wr_1").at("/at"))
                .isAfter(frozen.plusSeconds(3))) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
        acme.admin()
                .post("/v1/containment/" + containment + ":release", "{\"reason\":\"Looked at.\"}")
                .expect(200);
        Duration still = Duration.between(frozen, time("posture_released", "released_at"));
        long started = time("run_counted", "at").getEpochSecond();

        JsonNode then = runThen(Long.toString(last()));

        assertThat(still).isGreaterThan(Duration.ofSeconds(3));
        assertThat(seconds(then))
                .isEqualTo(
                        Instant.parse(then.path("at").asString()).minus(still).getEpochSecond() - started);
        assertThat(seconds(runThen(inTheMiddle.toString()))).isEqualTo(frozen.getEpochSecond() - started);
    }

    private JsonNode runThen(String asOf) {
        return acme.analyst()
                .get("/v1/usage?run=wr_1&as_of=" + asOf)
                .expect(200)
                .json();
    }

    private static long seconds(JsonNode usage) {
        return usage.path("limits")
                .valueStream()
                .filter(line -> line.path("limit").asString().equals("run_seconds"))
                .findFirst()
                .orElseThrow()
                .path("spent")
                .asLong();
    }

    /** A time that the last entry of this type tells. */
    private Instant time(String type, String field) {
        JsonNode entries = acme.auditor()
                .get("/v1/journal?type=" + type)
                .expect(200)
                .json()
                .path("items");
        return Instant.parse(
                entries.get(entries.size() - 1).path("payload").path(field).asString());
    }

    @Test
    void a_time_works_like_the_last_entry_until_then() {
        String action = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope("wr_1", "zd_1", "ticket.update"))
                .at("/action_id");
        JsonNode entries = acme.auditor()
                .get("/v1/journal?action=" + action)
                .expect(200)
                .json()
                .path("items");

        for (JsonNode entry : entries) {
            String path = "/v1/actions/" + action + "?as_of=";
            assertThat(acme.auditor()
                            .get(path + entry.path("time").asString())
                            .expect(200)
                            .at("/state"))
                    .isEqualTo(acme.auditor()
                            .get(path + lastAt(entries, entry.path("time").asString()))
                            .expect(200)
                            .at("/state"));
        }
    }

    @Test
    void what_has_not_come_or_was_not_there_is_said_so() {
        TestClient auditor = acme.auditor();
        String agent = "/v1/agents/" + Given.AGENT;

        assertThat(auditor.get(agent + "?as_of=2999-01-01T00:00:00Z")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/as_of");
        assertThat(auditor.get(agent + "?as_of=999999").expect(400).at("/errors/0/rule"))
                .isEqualTo("range");
        assertThat(auditor.get(agent + "?as_of=0").expect(400).at("/errors/0/rule"))
                .isEqualTo("range");
        assertThat(auditor.get(agent + "?as_of=yesterday").expect(400).at("/errors/0/rule"))
                .isEqualTo("wrong_value");
        assertThat(auditor.get(agent + "?as_of=1").expect(404).at("/code")).isEqualTo("not_there_yet");
        assertThat(auditor.get(agent + "?as_of=2001-01-01T00:00:00Z")
                        .expect(404)
                        .at("/code"))
                .isEqualTo("not_there_yet");
        assertThat(auditor.get("/v1/agents/nobody?as_of=1").expect(404).at("/code"))
                .isEqualTo("not_found");
        assertThat(auditor.get("/v1/usage?as_of=2001-01-01T00:00:00Z")
                        .expect(404)
                        .at("/code"))
                .isEqualTo("not_there_yet");
    }

    @Test
    void anothers_past_is_not_shown() {
        String action = acme.agent()
                .post("/v1/actions?wait=PT10S", envelope("wr_1", "zd_1", "ticket.update"))
                .at("/action_id");
        given.agent(acme.admin(), "other_agent", Given.QUOTA_CLASS);
        TestClient otherAgent = given.agentKey(acme.admin(), "other_agent");
        var globex = given.customer();

        for (String asOf : List.of("?as_of=1", "?as_of=" + Math.min(last(), 10), "?as_of=2001-01-01T00:00:00Z")) {
            for (TestClient stranger : List.of(otherAgent, globex.auditor(), globex.agent())) {
                assertThat(stranger.get("/v1/actions/" + action + asOf)
                                .expect(404)
                                .at("/code"))
                        .isEqualTo("not_found");
                assertThat(stranger.get("/v1/runs/wr_1" + asOf).expect(404).at("/code"))
                        .isEqualTo("not_found");
            }
        }
        globex.analyst().get("/v1/tenants/" + acme.tenant() + "?as_of=1").expect(403);
    }

    private Map<String, JsonNode> answers(List<String> paths, String query) {
        Map<String, JsonNode> answers = new HashMap<>();
        for (String path : paths) {
            String join = path.contains("?") ? "&" : "?";
            JsonNode answer = acme.analyst()
                    .get(query.isEmpty() ? path : path + join + query)
                    .expect(200)
                    .json();
            if (answer instanceof tools.jackson.databind.node.ObjectNode usage && usage.has("limits")) {
                // When it was read, and what depends on that alone.
                usage.remove("at");
                var lines = (tools.jackson.databind.node.ArrayNode) usage.path("limits");
                lines.removeIf(line -> line.path("limit").asString().equals("run_seconds"));
                lines.forEach(line -> ((tools.jackson.databind.node.ObjectNode) line).remove("resets_at"));
            }
            answers.put(path, answer);
        }
        return answers;
    }

    private long last() {
        return past.last(new TenantId(acme.tenant()));
    }

    private static String lastAt(JsonNode entries, String time) {
        String last = "";
        for (JsonNode entry : entries) {
            if (entry.path("time").asString().equals(time)) {
                last = entry.path("sequence").asString();
            }
        }
        return last;
    }

    /** The whole stream of what can be asked for, in order. */
    private List<Past> stream() {
        Set<Class<?>> types = new java.util.HashSet<>();
        types.addAll(List.of(ActionEvent.class.getPermittedSubclasses()));
        types.addAll(List.of(RunEvent.class.getPermittedSubclasses()));
        List<Past> all = new ArrayList<>();
        List<Past> page;
        do {
            page = past.read(
                    new TenantId(acme.tenant()),
                    types,
                    null,
                    null,
                    all.isEmpty() ? 0 : all.getLast().sequence(),
                    last(),
                    PastEvents.MOST);
            all.addAll(page);
        } while (page.size() == PastEvents.MOST);
        return all;
    }

    /** After each entry: every action and run there is, as JSON, by its place in the API. */
    private Map<Long, Map<String, String>> replayed(List<Past> stream) {
        Map<String, ActionHistory> actions = new HashMap<>();
        Map<String, String> parents = new HashMap<>();
        Map<String, String> now = new HashMap<>();
        Map<Long, Map<String, String>> states = new HashMap<>();
        for (Past entry : stream) {
            switch (entry.event()) {
                case ActionEvent event -> {
                    ActionHistory known = actions.get(event.action());
                    if (known == null) {
                        known = new ActionHistory(new TenantId(acme.tenant()), event, entry.metaData());
                        actions.put(event.action(), known);
                    } else {
                        known.then(event);
                    }
                    now.put("actions/" + event.action(), json.writeValueAsString(known.view()));
                }
                case RunEvent event -> {
                    RunView view = RunView.of(event);
                    String parent = view.parent();
                    if (parent != null) {
                        parents.put(event.run(), parent);
                    }
                    now.put("runs/" + event.run(), json.writeValueAsString(view));
                }
                default -> throw new IllegalStateException("Not asked for: " + entry.event());
            }
            states.put(entry.sequence(), Map.copyOf(now));
        }
        assertThat(parents).isEmpty();
        return states;
    }

    private void awaitNothingUnderWay() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!List.of("queued", "running").stream()
                .allMatch(state -> acme.auditor()
                        .get("/v1/actions?state=" + state)
                        .json()
                        .at("/items")
                        .isEmpty())) {
            assertThat(System.nanoTime()).as("all ends within 30 s").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private void publish(String dataClasses) {
        Answer published = acme.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]},
                      {"id":"no_delete","effect":"deny","operations":["ticket.delete"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["%s"]}}\
            """.formatted(dataClasses), ifMatch());
        assertThat(published.status()).as(published.body()).isIn(200, 201);
    }

    private String[] ifMatch() {
        Answer now = acme.admin().get("/v1/policies/" + Given.PROFILE);
        return now.status() == 404 ? new String[0] : new String[] {"If-Match", now.header("ETag")};
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

    private String envelope(String run, String record, String operation) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s",
             "target":{"system":"zendesk","record_id":"%s"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(
                acme.tenant(), Given.WORKSPACE, Given.AGENT, run, Given.PROFILE, Given.QUOTA_CLASS, operation, record);
    }
}
