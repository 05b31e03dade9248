package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** A write whose answer is lost, at a system where looking for its effect needs a credential too. */
@PlatformTest
class ProbeLeasesOverHttpTest {

    private final Given given;
    private final Supplier<UUID> ids;
    private final TargetServer target = new TargetServer();
    private final String writing = Canaries.plant("api_key");
    private final String reading = Canaries.plant("api_key");
    private LendingCustomer acme;

    @Autowired
    ProbeLeasesOverHttpTest(Given given, Supplier<UUID> ids) throws IOException {
        this.given = given;
        this.ids = ids;
    }

    @BeforeEach
    void describe() {
        acme = LendingCustomer.of(given, ids.get().toString().replace("-", ""));
        acme.operator()
                .put("/v1/connectors/desk?tenant=" + acme.tenant(), """
            {"base_url":"%s","allow_private_addresses":["127.0.0.1"],
             "circuit_breaker":{"window":1000,"minimum_calls":1000},"credential":{"as":"bearer"},
             "operations":{
               "ticket.read":{"effect":"read","method":"GET","path":"/tickets/{record_id}",%2$s},
               "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                 "probe":{"operation":"ticket.read","target":{"record_id":"target.record_id"},
                          "expect":{"/status":"arguments.status"}},%2$s}}}\
            """.formatted(target.url(), """
                "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
                "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}\
                """))
                .expect(201);
        target.answers((exchange, n) -> {
            if (exchange.getRequestMethod().equals("GET")) {
                boolean known = ("Bearer " + reading)
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                TargetServer.json(exchange, known ? 200 : 401, "{\"status\":\"solved\"}");
            }
            // Else the connection is closed without an answer.
        });
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(writing));
        acme.secret("desk_read", "desk", "read", LendingCustomer.apiKey(reading));
        acme.grantAll("desk_write");
    }

    @AfterEach
    void close() {
        target.close();
    }

    @Test
    void a_probe_reads_under_a_lease_of_its_own() {
        acme.grantAll("desk_read");

        Answer done = acme.done("ticket.update", "desk", "zd_1");

        assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
        assertThat(done.at("/outcome/levels/effect")).isEqualTo("verified");
        assertThat(sent()).containsExactly("PUT Bearer " + writing, "GET Bearer " + reading);
        List<JsonNode> issued = acme.journal("lease_issued");
        assertThat(issued)
                .hasSize(2)
                .allSatisfy(lease ->
                        assertThat(lease.at("/payload/action").asString()).isEqualTo(done.at("/action_id")));
        assertThat(issued.getLast().at("/payload/operation").asString()).isEqualTo("ticket.read");
        assertThat(issued.getLast().at("/payload/mode").asString()).isEqualTo("read");
        assertThat(issued.getLast().at("/payload/secret").asString()).isEqualTo("desk_read");
    }

    @Test
    void without_a_grant_to_read_nobody_looks_and_once_there_is_one_the_doubt_ends() {
        Answer unknown = acme.done("ticket.update", "desk", "zd_2");

        assertThat(unknown.at("/state")).as(unknown.body()).isEqualTo("outcome_unknown");
        assertThat(unknown.at("/outcome/levels/effect")).isEqualTo("probe_failed");
        assertThat(sent()).containsExactly("PUT Bearer " + writing);
        assertThat(acme.journal("lease_refused")
                        .getFirst()
                        .at("/payload/operation")
                        .asString())
                .isEqualTo("ticket.read");
        String reconcile = "/v1/actions/" + unknown.at("/action_id") + ":reconcile";
        assertThat(acme.customer()
                        .admin()
                        .post(reconcile, "{\"by\":\"probe\"}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("probe_inconclusive");

        acme.grantAll("desk_read");
        Answer known =
                acme.customer().admin().post(reconcile, "{\"by\":\"probe\"}").expect(200);

        assertThat(known.at("/state")).as(known.body()).isEqualTo("succeeded");
        assertThat(sent()).endsWith("GET Bearer " + reading).doesNotContain("GET Bearer " + writing);
        assertThat(acme.journal("lease_issued").getLast().at("/payload/action").asString())
                .isEqualTo(unknown.at("/action_id"));
    }

    private List<String> sent() {
        return target.seen.stream()
                .map(seen -> seen.method() + " " + seen.headers().getFirst("Authorization"))
                .toList();
    }
}
