package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** What is contained beside actions: secrets and their leases, runs that would start, the time of people. */
@PlatformTest
class ContainedOverHttpTest {

    private final Given given;
    private final Desk desk;

    @Autowired
    ContainedOverHttpTest(Given given) {
        this.given = given;
        this.desk = new Desk(given);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    /** A system that wants a credential, with one secret for reading and one for everything else. */
    private void safe() {
        desk.connector("safe", 100, "\"credential\":{\"as\":\"bearer\"},");
        secret("safe_read", "read");
        secret("safe_write", "mutate");
    }

    private void secret(String name, String mode) {
        desk.admin()
                .post("/v1/secrets", """
                    {"secret_id":"%s","system":"safe","mode":"%s","value":{"type":"api_key","value":"%s"}}\
                    """.formatted(name, mode, Canaries.plant("api_key")))
                .expect(201);
        desk.admin()
                .post("/v1/secrets/" + name + "/grants", "{\"operations\":[\"*\"]}")
                .expect(201);
    }

    private Answer inSafe(String query, String operation, String record) {
        return desk.ask(query, "safe", operation, "wr_1", record);
    }

    /** The receipt of the containment, once it is confirmed. */
    private JsonNode confirmed(Answer contained) throws Exception {
        String id = contained.expect(200).at("/receipt/containment_id");
        until(() -> !desk.admin()
                .get("/v1/containment/" + id)
                .json()
                .at("/receipts")
                .isEmpty());
        return desk.admin().get("/v1/containment/" + id).json().at("/receipts/0/receipt");
    }

    @Test
    void what_would_be_lent_a_frozen_secret_waits_and_what_needs_another_goes_on() throws Exception {
        safe();
        inSafe("?wait=PT10S", "ticket.update", "before").expect(200);
        desk.contain("secret", "safe_write", "frozen").expect(200);

        String waits = inSafe("", "ticket.update", "held").expect(202).at("/action_id");
        inSafe("?wait=PT10S", "ticket.read", "read").expect(200);
        desk.done("ticket.update", "elsewhere").expect(200);
        assertThat(desk.action(waits).at("/state")).isEqualTo("queued");
        assertThat(desk.journal("lease_issued").getLast().at("/payload/secret").asString())
                .isEqualTo("safe_read");
        assertThat(desk.arrivals).containsExactly("before", "read", "elsewhere");

        desk.contain("secret", "safe_write", "normal").expect(200);
        until(() -> desk.action(waits).at("/state").equals("succeeded"));
        assertThat(desk.arrivals).containsExactly("before", "read", "elsewhere", "held");
    }

    @Test
    void a_read_only_secret_is_lent_for_reading() throws Exception {
        safe();
        desk.contain("secret", "safe_write", "read_only").expect(200);
        desk.contain("secret", "safe_read", "read_only").expect(200);
        String waits = inSafe("", "ticket.update", "held").expect(202).at("/action_id");
        inSafe("?wait=PT10S", "ticket.read", "read").expect(200);
        assertThat(desk.action(waits).at("/state")).isEqualTo("queued");
        assertThat(desk.arrivals).containsExactly("read");
    }

    @Test
    void a_killed_secret_is_taken_from_whoever_uses_it_and_stays_so_after_the_release() throws Exception {
        safe();
        String running = inSafe("", "ticket.update", "waits_1").expect(202).at("/action_id");
        until(() -> desk.waiting.get() == 1);
        String lease =
                desk.journal("lease_issued").getFirst().at("/payload/lease").asString();

        Answer dry = desk.contain(desk.admin(), "", "secret", "safe_write", "killed", ",\"dry_run\":true");
        assertThat(dry.expect(200).at("/counts/lease~1revoked")).isEqualTo("1");
        JsonNode receipt = confirmed(desk.contain("secret", "safe_write", "killed"));
        assertThat(receipt.at("/counts/lease~1revoked").asInt()).isOne();
        assertThat(receipt.path("reached").toString()).contains(lease);
        until(() -> desk.action(running).at("/state").equals("outcome_unknown"));

        desk.contain("secret", "safe_write", "normal").expect(200);
        Answer refused = inSafe("?wait=PT10S", "ticket.update", "after");
        assertThat(refused.at("/outcome/code")).as(refused.body()).isEqualTo("secret_revoked");
        inSafe("?wait=PT10S", "ticket.read", "read").expect(200);
        assertThat(desk.arrivals).containsExactly("waits_1", "read");
    }

    @Test
    void a_killed_agent_loses_its_leases_and_another_agent_keeps_its_own() throws Exception {
        safe();
        given.agent(desk.admin(), "second_agent", Desk.QUOTA_CLASS);
        var second = given.agentKey(desk.admin(), "second_agent");
        String running = inSafe("", "ticket.update", "waits_1").expect(202).at("/action_id");
        String others = second.post(
                        "/v1/actions", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"second_agent","workflow_run_id":"wr_2",
             "policy_profile":"%s","quota_class":"%s","requested_action":"ticket.update",
             "target":{"system":"safe","record_id":"waits_2"},"arguments":{"status":"solved"},
             "data_classes":["internal"]}\
            """.formatted(desk.tenant(), Given.WORKSPACE, Given.PROFILE, Desk.QUOTA_CLASS))
                .expect(202)
                .at("/action_id");
        until(() -> desk.waiting.get() == 2);

        JsonNode receipt = confirmed(desk.contain("agent", Given.AGENT, "killed"));
        assertThat(receipt.at("/counts/lease~1revoked").asInt()).isOne();
        assertThat(receipt.at("/counts/key~1revoked").asInt()).isOne();
        assertThat(receipt.at("/counts/run~1ended").asInt()).isOne();
        until(() -> desk.action(running).at("/state").equals("outcome_unknown"));
        assertThat(desk.action(others).at("/state")).isEqualTo("running");
        desk.answerAll();
        until(() -> desk.action(others).at("/state").equals("succeeded"));
    }

    @Test
    void no_run_starts_of_whatever_is_frozen_and_it_starts_after_the_release() {
        for (String[] scope : new String[][] {
            {"tenant", ""},
            {"workspace", Given.WORKSPACE},
            {"agent_class", "support_triage"},
            {"agent", Given.AGENT},
            {"run", "wr_of_run"}
        }) {
            String run = "wr_of_" + scope[0];
            desk.contain(scope[0], scope[1], "frozen").expect(200);
            Answer refused = start(run).expect(423);
            assertThat(refused.at("/code")).isEqualTo("frozen");
            assertThat(refused.at("/cause/kind")).isEqualTo("containment");
            desk.admin().get("/v1/runs/" + run).expect(404);
            desk.contain(scope[0], scope[1], "read_only").expect(200);
            start(run).expect(201);
            desk.contain(scope[0], scope[1], "normal").expect(200);
        }
        desk.contain("run", "another", "frozen").expect(200);
        desk.contain("connector", "desk", "frozen").expect(200);
        start("wr_free").expect(201);
    }

    private Answer start(String run) {
        return desk.customer.agent().post("/v1/runs", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s"}\
            """.formatted(
                        desk.tenant(), Given.WORKSPACE, Given.AGENT, run, Given.PROFILE, Desk.QUOTA_CLASS));
    }

    @Test
    void an_approval_tells_by_how_much_later_it_is_over_because_it_was_frozen() throws Exception {
        desk.contain("connector", "desk", "approval_all").expect(200);
        String asked = desk.ask("ticket.update", "asked").expect(202).at("/action_id");
        String other = desk.ask("", "other", "ticket.update", "wr_1", "free")
                .expect(202)
                .at("/action_id");
        Instant end = expiresAt(asked);
        assertThat(listed(asked)).isEqualTo(end);

        desk.contain("connector", "desk", "frozen").expect(200);
        until(() -> expiresAt(asked).isAfter(end.plusSeconds(1)));
        assertThat(listed(asked)).isAfter(end.plusSeconds(1));
        assertThat(desk.action(asked).at("/cause/detail")).doesNotContain(end.toString());
        desk.contain("connector", "desk", "normal").expect(200);

        Instant after = expiresAt(asked);
        assertThat(after).isAfter(end.plusSeconds(1));
        assertThat(listed(asked)).isEqualTo(after);
        assertThat(expiresAt(asked)).as("its clock goes on").isEqualTo(after);
        assertThat(desk.action(asked).at("/approval/expires_at")).isEqualTo(after.toString());
        until(() -> desk.action(other).at("/state").equals("succeeded"));
    }

    private Instant expiresAt(String action) {
        return Instant.parse(
                desk.admin().get("/v1/approvals/" + action).expect(200).at("/expires_at"));
    }

    private Instant listed(String action) {
        return desk.admin()
                .get("/v1/approvals?state=open")
                .expect(200)
                .json()
                .at("/items")
                .valueStream()
                .filter(item -> item.path("action_id").asString().equals(action))
                .map(item -> Instant.parse(item.path("expires_at").asString()))
                .findFirst()
                .orElseThrow();
    }
}
