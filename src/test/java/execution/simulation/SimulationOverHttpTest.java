package execution.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** A draft tried on what was really decided; nothing of the trial is done, and nothing written down. */
@PlatformTest
class SimulationOverHttpTest {

    /** Of its own: others narrow the one that tests share. */
    private static final String QUOTA_CLASS = "simulated";

    private static final String PROFILE = "/v1/policies/" + Given.PROFILE;
    private static final String OPEN = """
        {"document":{"rules":[{"id":"open","effect":"allow","operations":["ticket.*"]}],
         "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
        """;
    private static final String CLOSED = """
        {"document":{"rules":[{"id":"reads","effect":"allow","operations":["ticket.read"]},
          {"id":"no-updates","effect":"deny","operations":["ticket.update"]},
          {"id":"deletes","effect":"allow","operations":["crm.update"]}],
         "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
        """;
    private static final String ASKING = """
        {"document":{"rules":[{"id":"open","effect":"allow","operations":["*"]},
          {"id":"people","effect":"require_approval","operations":["ticket.update"],"approval":{"roles":["approver"]}},
          {"id":"ask","effect":"require_check","operations":["crm.update"],
           "check":{"system":"zendesk","operation":"ticket.read","passes":"result.ok == true"}}],
         "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
        """;
    private static final String CONNECTOR = """
        {"base_url":"http://127.0.0.1:9/","allow_private_addresses":["127.0.0.1"],"operations":{
          "ticket.read":{"method":"GET","path":"/t","effect":"read","argument_schema":{"type":"object"}},
          "ticket.update":{"method":"POST","path":"/t","effect":"write","argument_schema":{"type":"object"}},
          "crm.update":{"method":"POST","path":"/c","effect":"write","argument_schema":{"type":"object"}}}}\
        """;

    private final Given given;
    private final DataSource everyTenant;
    private final DataSource journal;
    private final MeterRegistry meters;
    private final Customer customer;
    private int runs;

    @Autowired
    SimulationOverHttpTest(
            Given given,
            @Qualifier("systemDataSource") DataSource everyTenant,
            @Qualifier("journalDataSource") DataSource journal,
            MeterRegistry meters) {
        this.given = given;
        this.meters = meters;
        this.everyTenant = everyTenant;
        this.journal = journal;
        this.customer = given.customer("tenant_" + UUID.randomUUID().toString().replace("-", ""), QUOTA_CLASS);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), CONNECTOR)
                .expect(201);
        customer.admin().put(PROFILE, OPEN).expect(201);
    }

    private String envelope(String operation) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_%d","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"zendesk"},"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(), Given.WORKSPACE, Given.AGENT, runs++, Given.PROFILE, QUOTA_CLASS, operation);
    }

    private long written() {
        return Objects.requireNonNull(new JdbcTemplate(everyTenant)
                .queryForObject(
                        "select count(*) from journal.event where tenant_id = ? and payload_type like 'action%'",
                        Long.class, customer.tenant()));
    }

    @Test
    void an_envelope_is_told_what_it_would_get_and_nothing_is_recorded() {
        Answer allowed = customer.agent()
                .post("/v1/actions:simulate", envelope("ticket.update"))
                .expect(200);
        assertThat(allowed.at("/verdict/verdict")).isEqualTo("allowed");
        assertThat(allowed.at("/verdict/reasons/0/rule")).isEqualTo("open");
        assertThat(allowed.at("/reservation/reservation")).isEqualTo("granted");
        assertThat(allowed.at("/reservation/draws/0/used")).isEqualTo("1");

        Answer denied = customer.agent()
                .post("/v1/actions:simulate", envelope("crm.update"))
                .expect(200);
        assertThat(denied.at("/verdict/verdict")).isEqualTo("denied");
        assertThat(denied.at("/verdict/remedy")).isNotEmpty();
        assertThat(denied.json().path("reservation").isObject()).isFalse();
        customer.agent().post("/v1/actions:simulate", envelope("ticket.burn")).expect(403);
        customer.analyst()
                .post("/v1/actions:simulate", envelope("ticket.update"))
                .expect(403);
        assertThat(written()).isZero();
    }

    @Test
    void a_document_is_tried_on_one_envelope() {
        Answer tried = customer.admin()
                .post(
                        PROFILE + ":simulate",
                        CLOSED.substring(0, CLOSED.length() - 1) + ",\"envelope\":" + envelope("ticket.update") + "}")
                .expect(200);

        assertThat(tried.at("/in_force/verdict")).isEqualTo("allowed");
        assertThat(tried.at("/tried/verdict")).isEqualTo("denied");
        assertThat(tried.at("/tried/reasons/0/rule")).isEqualTo("no-updates");
        assertThat(tried.at("/changes")).isEqualTo("true");
        assertThat(written()).isZero();
    }

    @Test
    void a_document_and_an_envelope_are_understood_as_yaml_too() {
        Answer tried = customer.admin()
                .post(
                        PROFILE + ":simulate",
                        """
                    document:
                      rules:
                        - {id: reads, effect: allow, operations: [ticket.read]}
                        - {id: no-updates, effect: deny, operations: [ticket.update]}
                      destinations: {allow: ["*"]}
                      data_classes: [internal]
                    envelope:
                      tenant_id: %s
                      workspace_id: %s
                      agent_id: %s
                      workflow_run_id: wr_yaml
                      policy_profile: %s
                      quota_class: %s
                      requested_action: ticket.update
                      target: {system: zendesk}
                      data_classes: [internal]
                    """.formatted(customer.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, QUOTA_CLASS),
                        "Content-Type",
                        "application/yaml")
                .expect(200);

        assertThat(tried.at("/in_force/verdict")).isEqualTo("allowed");
        assertThat(tried.at("/tried/reasons/0/rule")).isEqualTo("no-updates");
        assertThat(written()).isZero();
    }

    @Test
    void a_draft_is_tried_on_the_past_and_the_past_stays_as_it_was() {
        for (int i = 0; i < 3; i++) {
            customer.agent().post("/v1/actions", envelope("ticket.update")).expect(202);
        }
        customer.agent().post("/v1/actions", envelope("ticket.read")).expect(202);
        customer.agent().post("/v1/actions", envelope("crm.update")).expect(403);
        customer.admin().put(PROFILE + "/draft", CLOSED).expect(200);

        JsonNode done =
                ended(customer.auditor().post(PROFILE + ":simulate", "{}").expect(202));

        assertThat(done.at("/state").asString()).isEqualTo("done");
        assertThat(done.at("/progress/decisions").asLong()).isEqualTo(5);
        assertThat(done.at("/result/changed").asLong()).isEqualTo(4);
        JsonNode lost = done.at("/result/changes/0");
        assertThat(lost.at("/from").asString() + ">" + lost.at("/to").asString())
                .isEqualTo("allowed>denied");
        assertThat(lost.at("/decisions").asLong()).isEqualTo(3);
        assertThat(lost.at("/by_rule/0/key").asString()).isEqualTo("no-updates");
        assertThat(lost.at("/by_operation/0/key").asString()).isEqualTo("ticket.update");
        assertThat(lost.at("/by_agent/0/key").asString()).isEqualTo(Given.AGENT);
        assertThat(lost.at("/examples").size()).isEqualTo(3);
        JsonNode won = done.at("/result/changes/1");
        assertThat(won.at("/from").asString() + ">" + won.at("/to").asString()).isEqualTo("denied>allowed");
        assertThat(done.at("/result/spend/tool_calls").asLong()).isEqualTo(-2);
        assertThat(customer.auditor()
                        .get("/v1/actions?limit=50")
                        .json()
                        .path("items")
                        .size())
                .isEqualTo(5);
    }

    @Test
    void what_was_held_or_checked_is_told_as_that_and_nothing_is_fired_again() throws IOException {
        var requests = new AtomicInteger();
        var target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            requests.incrementAndGet();
            byte[] body = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        try {
            given.operator()
                    .put(
                            "/v1/connectors/zendesk?tenant=" + customer.tenant(),
                            CONNECTOR.replace(":9/", ":" + target.getAddress().getPort() + "/"),
                            "If-Match",
                            "\"1\"")
                    .expect(200);
            customer.admin().put(PROFILE, ASKING, "If-Match", "\"1\"").expect(200);
            customer.agent().post("/v1/actions", envelope("ticket.update")).expect(202);
            Answer checked =
                    customer.agent().post("/v1/actions", envelope("crm.update")).expect(202);
            customer.agent().post("/v1/actions", envelope("ticket.read")).expect(202);
            // The check, what was checked, and what was read.
            await(() -> requests.get() == 3);
            await(() -> customer.auditor()
                    .get("/v1/actions/" + checked.at("/action_id"))
                    .at("/state")
                    .equals("succeeded"));
            long before = written();

            JsonNode done =
                    ended(customer.admin().post(PROFILE + ":simulate", """
                    {"document":{"rules":[{"id":"open","effect":"allow","operations":["*"]}],
                     "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
                    """).expect(202));

            assertThat(done.at("/progress/decisions").asLong()).isEqualTo(3);
            assertThat(done.at("/result/changes")
                            .valueStream()
                            .map(change -> change.at("/from").asString() + ">"
                                    + change.at("/to").asString() + " "
                                    + change.at("/by_operation/0/key").asString()))
                    .containsExactly("needs_approval>allowed ticket.update", "needs_check>allowed crm.update");
            assertThat(requests).hasValue(3);
            assertThat(written()).isEqualTo(before);
        } finally {
            target.stop(0);
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void a_trial_is_the_tenants_own_and_only_of_what_can_be_published() {
        customer.admin().post(PROFILE + ":simulate", """
                    {"document":{"rules":[{"id":"a","effect":"permit","operations":["*"]}]}}\
                    """).expect(422);
        customer.admin().post(PROFILE + ":simulate", "{}").expect(404);
        customer.agent().post(PROFILE + ":simulate", OPEN).expect(403);
        customer.admin().get(PROFILE + "/simulations/sim_none").expect(404);
    }

    /** A hundred thousand decisions, made of one that really was, in under ten seconds. */
    @Tag("benchmark")
    @Test
    void a_hundred_thousand_past_decisions_are_decided_again_in_under_ten_seconds() {
        customer.agent().post("/v1/actions", envelope("ticket.update")).expect(202);
        new JdbcTemplate(journal).update("""
            insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,
                event_identifier, time_stamp, payload_type, payload_revision, agent_id, run_id, payload, meta_data)
            select tenant_id, tenant_seq + 1000 + n, aggregate_identifier || n, 0, type, event_identifier || n,
                time_stamp, payload_type, payload_revision, agent_id, run_id, payload, meta_data
            from journal.event, generate_series(1, 100000) n
            where tenant_id = ? and payload_type = 'action_queued'\
            """, customer.tenant());
        // Projections take up what was put in behind their backs: that is not what is measured.
        long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
        while (meters.get("journal.projection.lag").gauges().stream().anyMatch(lag -> lag.value() > 0)) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        long began = System.nanoTime();

        JsonNode done =
                ended(customer.admin().post(PROFILE + ":simulate", CLOSED).expect(202));

        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf("100001 decisions again: %d ms%n", took.toMillis());
        assertThat(done.at("/result/changed").asLong()).isEqualTo(100_001);
        assertThat(took).isLessThan(Duration.ofSeconds(10));
    }

    private JsonNode ended(Answer started) {
        String location = started.header("Location");
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            JsonNode view = customer.auditor().get(location).expect(200).json();
            if (!view.path("state").asString().matches("waiting|running")) {
                return view;
            }
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
