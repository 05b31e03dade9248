package audit.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import platform.Given;
import platform.Given.Customer;
import platform.SandboxServer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** Customers that act side by side on one platform, and what a report says of that. */
final class Neighbourhood {

    private static final Map<String, Object> NO_CAPS = Map.of();

    private final Given given;
    private final Supplier<UUID> ids;
    private final Clock clock;
    private final AtomicInteger records = new AtomicInteger();

    Neighbourhood(Given given, Supplier<UUID> ids, Clock clock) {
        this.given = given;
        this.ids = ids;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /** A customer that may call the sandbox, in a quota class of its own. */
    Customer customer(SandboxServer target, int parallel) {
        return customer(target.url(), parallel, NO_CAPS, "");
    }

    Customer customer(String url, int parallel, Map<String, Object> counted, String credential) {
        String id = ids.get().toString().replace("-", "");
        String quotaClass = "class_" + id;
        String caps = counted.entrySet().stream()
                .map(cap -> "\"%s\":%s".formatted(cap.getKey(), cap.getValue()))
                .reduce((one, other) -> one + "," + other)
                .orElse("");
        given.operator()
                .put("/v1/quota-classes/" + quotaClass, """
            {"requests_per_second":10000,"burst":10000,"concurrent_runs":1000,"tool_calls_per_day":100000,"weight":1,
             "max_parallel_actions":%d,"queued_actions":10000,"counted":{%s}}\
            """.formatted(parallel, caps))
                .expect(201);
        Customer customer = given.customer("tenant_" + id, quotaClass);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
            {"base_url":"%s","allow_private_addresses":["127.0.0.1"],"bulkhead":100%s,
             "operations":{
               "ticket.update":{"effect":"write","method":"PATCH","path":"/tickets/{record_id}","price_micros":1500,
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                 "idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"}},
               "ticket.delete":{"effect":"high_risk","method":"DELETE","path":"/tickets/{record_id}",
                 "target_schema":{"type":"object","required":["record_id"],
                                  "properties":{"record_id":{"type":"string"}}},
                 "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
            """.formatted(url, credential))
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]},
                      {"id":"no_delete","effect":"deny","operations":["ticket.delete"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer;
    }

    private static String quotaClass(String tenant) {
        return "class_" + tenant.substring("tenant_".length());
    }

    /** The envelope of this agent in this run, about a ticket that nobody named before. */
    String envelope(String tenant, String agent, String run, String operation) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"zendesk","record_id":"zd_%d"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(
                        tenant,
                        Given.WORKSPACE,
                        agent,
                        run,
                        Given.PROFILE,
                        quotaClass(tenant),
                        operation,
                        records.incrementAndGet());
    }

    String envelope(Customer customer, String run) {
        return envelope(customer.tenant(), Given.AGENT, run, "ticket.update");
    }

    /** An agent beside the one that each customer has. */
    void agent(Customer customer, String agent) {
        given.agent(customer.admin(), agent, quotaClass(customer.tenant()));
    }

    /** Actions one after another, each to its end. */
    void steady(Customer customer, int actions) {
        for (int at = 0; at < actions; at++) {
            Answer done = customer.agent().post("/v1/actions?wait=PT30S", envelope(customer, "wr_steady"));
            assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
        }
    }

    void flood(Customer customer, int actions) {
        for (int at = 0; at < actions; at++) {
            customer.agent()
                    .post("/v1/actions", envelope(customer, "wr_flood_" + at % 3))
                    .expect(202);
        }
    }

    /** Opens an incident of the whole tenant, as its admin. */
    String incident(Customer customer, Instant from, Instant until) {
        return customer.admin()
                .post("/v1/incidents", """
            {"title":"Something is wrong","severity":"high","scope":{"kind":"tenant"},"from":"%s","until":"%s"}\
            """.formatted(from, until))
                .expect(201)
                .at("/incident_id");
    }

    JsonNode report(Customer customer, String incident) {
        return given.operator()
                .get("/v1/incidents/%s/report?tenant=%s".formatted(incident, customer.tenant()))
                .expect(200)
                .json();
    }

    /** The report once all journals are counted: until then it says of others that nobody knows. */
    JsonNode settled(Customer customer, String incident) throws Exception {
        await(() ->
                !report(customer, incident).path("others_affected").asString().equals("unknown"));
        return report(customer, incident);
    }

    static List<JsonNode> sentences(JsonNode report, String section) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode one : report.path("sections")) {
            if (one.path("section").asString().equals(section)) {
                one.path("sentences").forEach(found::add);
            }
        }
        assertThat(found).as(section).isNotEmpty();
        return found;
    }

    static List<String> texts(JsonNode report, String section) {
        return sentences(report, section).stream()
                .map(sentence -> sentence.path("text").asString())
                .toList();
    }

    /** The sentence about this pool or destination. */
    static JsonNode shared(JsonNode report, String kind, String name) {
        return sentences(report, "others").stream()
                .filter(sentence -> sentence.at("/figures/kind").asString("").equals(kind)
                        && sentence.at("/figures/name").asString("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Every sentence names events, and each is in the journal under that id: in the tenant's own, as its auditor sees it,
     * or in another's, as an operator does.
     */
    void isProved(Customer customer, JsonNode report) {
        for (JsonNode section : report.path("sections")) {
            for (JsonNode sentence : section.path("sentences")) {
                String text = sentence.path("text").asString();
                assertThat(sentence.path("evidence").isEmpty())
                        .as(text)
                        .isEqualTo(text.startsWith("Of other tenants' credentials 0 such attempts"));
                sentence.path("evidence").forEach(evidence -> isProved(customer, text, evidence));
            }
        }
    }

    private void isProved(Customer customer, String text, JsonNode evidence) {
        String other = evidence.path("tenant_id").asString("");
        long sequence = evidence.path("sequence").asLong();
        String page = "/v1/journal?limit=1&cursor=" + cursor(sequence - 1);
        JsonNode entry = (other.isEmpty()
                        ? customer.auditor().get(page)
                        : given.operator().get(page + "&tenant=" + other))
                .expect(200)
                .json()
                .at("/items/0");
        assertThat(entry.path("sequence").asLong()).as(text).isEqualTo(sequence);
        assertThat(entry.path("id").asString())
                .as(text)
                .isEqualTo(evidence.path("event_id").asString());
        assertThat(evidence.path("proof").asString())
                .as(text)
                .startsWith("/v1/journal/inclusion?sequence=" + sequence)
                .matches(proof -> other.isEmpty() || proof.endsWith("&tenant=" + other));
    }

    /** Events of other tenants that a report names. */
    static List<String> othersNamed(JsonNode report) {
        List<String> named = new ArrayList<>();
        for (JsonNode section : report.path("sections")) {
            for (JsonNode sentence : section.path("sentences")) {
                sentence.path("evidence").findValuesAsString("tenant_id").stream()
                        .filter(tenant -> !tenant.isEmpty() && !tenant.equals("null"))
                        .forEach(named::add);
            }
        }
        return named;
    }

    private static String cursor(long sequence) {
        return java.util.Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Long.toString(sequence).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 40 s").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }
}
