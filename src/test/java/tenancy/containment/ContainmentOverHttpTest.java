package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tenancy.ReceiptVerification;

/** Stop it, see what stopped, let it go on. */
@PlatformTest
class ContainmentOverHttpTest {

    private final Given given;
    private final Desk desk;
    private final JdbcTemplate journal;
    private final MeterRegistry meters;
    private int asked;

    @Autowired
    ContainmentOverHttpTest(Given given, @Qualifier("journalDataSource") DataSource journal, MeterRegistry meters) {
        this.meters = meters;
        this.journal = new JdbcTemplate(journal);
        this.given = given;
        this.desk = new Desk(given, 2);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void what_is_frozen_is_refused_until_it_is_released() throws Exception {
        desk.done("ticket.update", "a").expect(200);

        Answer frozen = desk.contain("agent", Given.AGENT, "frozen").expect(200);
        assertThat(frozen.at("/receipt/state")).isIn("requested", "confirmed");
        String id = frozen.at("/receipt/containment_id");
        until(() -> !desk.admin()
                .get("/v1/containment/" + id)
                .json()
                .at("/receipts")
                .isEmpty());
        assertThat(desk.admin().get("/v1/containment/" + id).at("/receipts/0/receipt/state"))
                .isEqualTo("confirmed");
        assertThat(frozen.at("/receipt/scope")).isEqualTo("agent");
        Answer refused = desk.done("ticket.update", "b").expect(423);
        assertThat(refused.at("/code")).isEqualTo("frozen");
        assertThat(refused.at("/cause/owner")).isEqualTo("tenant");
        assertThat(refused.at("/cause/kind")).isEqualTo("containment");
        assertThat(refused.at("/cause/scope")).isEqualTo("agent:" + Given.AGENT);
        assertThat(refused.at("/cause/detail")).contains("frozen", "For a test.");
        assertThat(desk.done("ticket.read", "b").expect(423).at("/state")).isEqualTo("frozen");

        Answer released = desk.contain("agent", Given.AGENT, "normal").expect(200);
        assertThat(released.at("/receipt/posture")).isEqualTo("normal");
        desk.done("ticket.update", "c").expect(200);
        assertThat(desk.arrivals).containsExactly("a", "c");
    }

    @Test
    void what_waits_is_held_in_its_order_and_what_runs_is_ended() throws Exception {
        List<String> running = new ArrayList<>();
        for (String record : List.of("waits_1", "waits_2")) {
            running.add(desk.ask("ticket.update", record).expect(202).at("/action_id"));
        }
        until(() -> desk.waiting.get() == 2);
        List<String> queued = new ArrayList<>();
        for (String record : List.of("q1", "q2", "q3", "q4")) {
            queued.add(desk.ask("ticket.update", record).expect(202).at("/action_id"));
        }

        Answer frozen = desk.contain("connector", "desk", "frozen").expect(200);
        String id = frozen.at("/receipt/containment_id");
        until(() -> !desk.admin()
                .get("/v1/containment/" + id)
                .at("/receipts/0/receipt/state")
                .isEmpty());
        Answer confirmed = desk.admin().get("/v1/containment/" + id).expect(200);
        assertThat(confirmed.at("/receipts/0/receipt/counts/action~1held")).isEqualTo("4");
        assertThat(confirmed.at("/receipts/0/receipt/counts/action~1unknown")).isEqualTo("2");
        for (String action : running) {
            assertThat(desk.action(action).at("/state")).isEqualTo("outcome_unknown");
            assertThat(desk.action(action).at("/outcome/code")).isEqualTo("contained");
        }
        for (String action : queued) {
            assertThat(desk.action(action).at("/state")).isEqualTo("queued");
            assertThat(desk.action(action).at("/queue/waits_for/kind")).isEqualTo("containment");
        }

        desk.contain("connector", "desk", "normal").expect(200);
        until(() -> desk.action(queued.getLast()).at("/state").equals("succeeded"));
        for (String action : queued) {
            until(() -> desk.action(action).at("/state").equals("succeeded"));
        }
        assertThat(desk.arrivals).startsWith("waits_1", "waits_2").containsOnlyOnce("q1", "q2", "q3", "q4");
    }

    @Test
    void each_level_lets_through_what_it_says() {
        desk.contain("tenant", "", "read_only").expect(200);
        desk.done("ticket.read", "a").expect(200);
        assertThat(desk.done("ticket.draft", "b").expect(423).at("/cause/limit"))
                .isEqualTo("read_only");

        desk.contain("tenant", "", "drafts_only").expect(200);
        desk.done("ticket.read", "c").expect(200);
        desk.done("ticket.draft", "d").expect(200);
        desk.done("ticket.update", "e").expect(423);

        desk.contain("tenant", "", "approval_all").expect(200);
        Answer held = desk.ask("ticket.read", "f").expect(202);
        assertThat(held.at("/state")).isEqualTo("approval_required");
        assertThat(held.at("/cause/rule")).isEqualTo("containment");
        given.person(desk.admin(), "approver")
                .post("/v1/approvals/" + held.at("/action_id") + ":grant", "{\"comment\":\"Checked.\"}")
                .expect(200);
        assertThat(desk.admin().get("/v1/containment?state=in_force").json().at("/items"))
                .hasSize(1);
        assertThat(desk.admin().get("/v1/containment?state=replaced").json().at("/items"))
                .hasSize(2);

        desk.contain("tenant", "", "normal").expect(200);
        desk.done("ticket.update", "g").expect(200);
        assertThat(desk.arrivals).contains("a", "c", "d", "f", "g").doesNotContain("b", "e");
    }

    @Test
    void every_scope_reaches_its_own_and_no_other() {
        for (String[] scope : new String[][] {
            {"workspace", Given.WORKSPACE},
            {"agent_class", "support_triage"},
            {"run", "wr_1"},
            {"operation", "desk/ticket.update"},
            {"destination", "127.0.0.1"},
        }) {
            desk.contain(scope[0], scope[1], "frozen").expect(200);
            assertThat(desk.done("ticket.update", scope[0]).expect(423).at("/cause/scope"))
                    .isEqualTo(scope[0] + ":" + scope[1]);
            desk.contain(scope[0], scope[1], "normal").expect(200);
        }
        for (String[] scope : new String[][] {
            {"workspace", "ws_other"},
            {"agent_class", "support"},
            {"run", "wr_2"},
            {"connector", "other"},
            {"operation", "desk/ticket.read"},
            {"destination", "example.com"},
            {"model", "m1"},
        }) {
            desk.contain(scope[0], scope[1], "frozen").expect(200);
        }
        desk.done("ticket.update", "free").expect(200);
        assertThat(desk.arrivals).containsExactly("free");
    }

    @Test
    void the_strictest_holds_and_neither_side_relaxes_the_others() {
        desk.containAsOperator("agent", Given.AGENT, "read_only", "").expect(200);
        desk.contain("agent", Given.AGENT, "approval_all").expect(200);
        Answer refused = desk.done("ticket.update", "a").expect(423);
        assertThat(refused.at("/cause/owner")).isEqualTo("operator");
        assertThat(refused.at("/cause/limit")).isEqualTo("read_only");

        // The tenant's own goes, the operator's stays.
        desk.contain("agent", Given.AGENT, "normal").expect(200);
        desk.done("ticket.update", "b").expect(423);
        assertThat(desk.contain("agent", Given.AGENT, "normal").expect(403).at("/code"))
                .isEqualTo("contained_by_operator");
        String id = desk.admin().get("/v1/containment?state=in_force").at("/items/0/containment_id");
        assertThat(desk.admin()
                        .post("/v1/containment/" + id + ":release", "{\"reason\":\"Please.\"}")
                        .expect(403)
                        .at("/code"))
                .isEqualTo("contained_by_operator");
        desk.containAsOperator("agent", Given.AGENT, "normal", "").expect(200);
        desk.done("ticket.update", "c").expect(200);
        assertThat(desk.contain("agent", Given.AGENT, "normal").expect(409).at("/code"))
                .isEqualTo("not_contained");
    }

    @Test
    void two_people_release_what_was_set_for_two() {
        desk.containAsOperator("tenant", "", "frozen", ",\"two_person_release\":true")
                .expect(200);
        String id = desk.admin().get("/v1/containment").at("/items/0/containment_id");
        var second = desk.operator();
        var third = desk.operator();
        String in = "?tenant=" + desk.tenant();
        String reason = "{\"reason\":\"Found and fixed.\"}";

        assertThat(second.post("/v1/containment/" + id + ":confirm" + in, reason)
                        .expect(409)
                        .at("/code"))
                .isEqualTo("release_not_asked");
        assertThat(desk.contain(second, in, "tenant", "", "read_only", "")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("two_person_release");
        assertThat(second.post("/v1/containment/" + id + ":release" + in, reason)
                        .expect(202)
                        .at("/state"))
                .isEqualTo("awaiting_second_person");
        desk.done("ticket.update", "a").expect(423);
        assertThat(second.post("/v1/containment/" + id + ":confirm" + in, reason)
                        .expect(403)
                        .at("/code"))
                .isEqualTo("second_person_required");

        assertThat(third.post("/v1/containment/" + id + ":confirm" + in, reason)
                        .expect(200)
                        .at("/receipt/posture"))
                .isEqualTo("normal");
        desk.done("ticket.update", "b").expect(200);
    }

    @Test
    void it_ends_by_itself_at_its_time() throws Exception {
        String soon = java.time.Instant.now().plusSeconds(2).toString();
        Answer set = desk.contain(desk.admin(), "", "tenant", "", "frozen", ",\"expires_at\":\"%s\"".formatted(soon));
        set.expect(200);
        assertThat(desk.done("ticket.update", "a").expect(423).at("/cause/resets_at"))
                .isNotEmpty();
        until(() -> desk.ask("ticket.update", "b").status() == 202);
        String id = set.at("/receipt/containment_id");
        assertThat(desk.admin().get("/v1/containment/" + id).at("/state")).isEqualTo("expired");
        assertThat(desk.journal("posture_released")
                        .getFirst()
                        .at("/payload/expired")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void a_dry_run_tells_what_it_would_reach_and_changes_nothing() throws Exception {
        desk.ask("ticket.update", "waits_1").expect(202);
        desk.ask("ticket.update", "waits_2").expect(202);
        until(() -> desk.waiting.get() == 2);
        desk.ask("ticket.update", "q1").expect(202);
        int before = desk.journal("action_queued").size();

        Answer dry = desk.contain(desk.admin(), "", "agent", Given.AGENT, "killed", ",\"dry_run\":true");
        dry.expect(200);
        assertThat(dry.at("/counts/action~1requested")).isEqualTo("2");
        assertThat(dry.at("/counts/action~1cancelled")).isEqualTo("1");
        assertThat(dry.at("/counts/run~1requested")).isEqualTo("1");
        assertThat(dry.at("/counts/key~1revoked")).isEqualTo("1");
        assertThat(dry.json().at("/reached")).hasSize(5);

        assertThat(desk.journal("posture_set")).isEmpty();
        assertThat(desk.journal("action_queued")).hasSize(before);
        assertThat(desk.admin().get("/v1/containment").json().at("/items")).isEmpty();
        desk.answerAll();
        until(() -> desk.arrivals.contains("q1"));
    }

    @Test
    void what_is_killed_is_taken_back_its_runs_end_and_its_keys_are_refused() throws Exception {
        String running = desk.ask("ticket.update", "waits_1").expect(202).at("/action_id");
        desk.ask("ticket.update", "waits_2").expect(202);
        until(() -> desk.waiting.get() == 2);
        String queued = desk.ask("ticket.update", "q1").expect(202).at("/action_id");
        desk.contain("connector", "other", "approval_all").expect(200);
        String asked =
                desk.ask("", "other", "ticket.update", "wr_1", "p1").expect(202).at("/action_id");
        assertThat(desk.action(asked).at("/state")).isEqualTo("approval_required");

        Answer killed = desk.contain("agent", Given.AGENT, "killed").expect(200);
        String id = killed.at("/receipt/containment_id");
        until(() -> !desk.admin()
                .get("/v1/containment/" + id)
                .json()
                .at("/receipts")
                .isEmpty());
        Answer confirmed = desk.admin().get("/v1/containment/" + id);
        assertThat(confirmed.at("/receipts/0/receipt/counts/action~1cancelled")).isEqualTo("2");
        assertThat(desk.action(asked).at("/state")).isEqualTo("cancelled");
        assertThat(confirmed.at("/receipts/0/receipt/counts/action~1unknown")).isEqualTo("2");
        assertThat(confirmed.at("/receipts/0/receipt/counts/run~1ended")).isEqualTo("1");
        assertThat(confirmed.at("/receipts/0/receipt/counts/key~1revoked")).isEqualTo("1");
        assertThat(desk.action(queued).at("/state")).isEqualTo("cancelled");
        assertThat(desk.action(queued).at("/cause/kind")).isEqualTo("containment");
        assertThat(desk.action(running).at("/state")).isEqualTo("outcome_unknown");
        assertThat(desk.admin().get("/v1/runs/wr_1").at("/state")).isEqualTo("ended");
        desk.ask("ticket.update", "a").expect(401);
        // What was reserved for it is free again: what was sent counts, what was not does not.
        assertThat(desk.admin().get("/v1/usage").body()).contains("tool_calls_per_day");
        desk.contain("agent", Given.AGENT, "normal").expect(200);
        assertThat(desk.action(queued).at("/state")).isEqualTo("cancelled");
        assertThat(desk.arrivals).containsExactlyInAnyOrder("waits_1", "waits_2");
    }

    @Test
    void a_receipt_is_verified_offline_and_every_change_of_it_is_found(@TempDir Path directory) throws Exception {
        Answer receipt = desk.contain("tenant", "", "frozen").expect(200);
        Answer key = desk.customer.auditor().get("/v1/containment/receipt-key").expect(200);
        Path pem = Files.writeString(directory.resolve("key.pem"), key.at("/public_key"));
        assertThat(key.at("/key_id")).isEqualTo(receipt.at("/proof/key_id"));
        assertThat(verify(directory, receipt.body(), pem)).isZero();
        assertThat(verify(directory, receipt.body().replace("\"frozen\"", "\"read_only\""), pem))
                .isEqualTo(1);
        String payload = receipt.at("/proof/payload");
        String changed = Base64.getEncoder()
                .encodeToString(new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8)
                        .replace("frozen", "normal")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(verify(directory, receipt.body().replace(payload, changed), pem))
                .isEqualTo(1);
        String signature = receipt.at("/proof/signature");
        assertThat(verify(directory, receipt.body().replace(signature, signature.substring(4)), pem))
                .isEqualTo(1);
        Path another = Files.writeString(
                directory.resolve("another.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder()
                                .encodeToString(KeyPairGenerator.getInstance("Ed25519")
                                        .generateKeyPair()
                                        .getPublic()
                                        .getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        assertThat(verify(directory, receipt.body(), another)).isEqualTo(1);
        assertThat(verify(directory, "{", pem)).isEqualTo(2);
    }

    private static int verify(Path directory, String receipt, Path key) throws IOException {
        Path file = Files.writeString(directory.resolve("receipt.json"), receipt);
        return ReceiptVerification.run(
                new String[] {file.toString(), "--key", key.toString()},
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    @Test
    void a_node_that_has_not_heard_starts_nothing() throws Exception {
        desk.contain("run", "wr_other", "frozen").expect(200);
        double before = redone();
        // As another node does it; this one hears of nothing, for no containment was changed lately.
        journal.update("update tenancy.posture_epoch set epoch = epoch + 1 where tenant_id = ?", desk.tenant());
        String action = desk.ask("ticket.update", "a").expect(202).at("/action_id");
        until(() -> redone() > before);
        assertThat(desk.arrivals).isEmpty();
        assertThat(desk.action(action).at("/state")).isEqualTo("queued");
    }

    /** Batches that were decided again. */
    private double redone() {
        return meters.get("journal.lane.redone").counter().count();
    }

    @Test
    void rules_contain_by_themselves_or_only_look_on() throws Exception {
        desk.policy(
                "{\"id\":\"reads\",\"effect\":\"allow\",\"operations\":[\"ticket.read\"],\"words\":\"Reads.\"}",
                "If-Match",
                "\"1\"");
        rule("shadow", "\"denials\"", 2, "shadow");
        rule("strict", "\"denials\"", 5, "enforce");
        for (int n = 0; n < 4; n++) {
            desk.done("ticket.update", "a" + n).expect(403);
        }
        until(() -> desk.journal("containment_rule_fired").size() == 1);
        assertThat(desk.journal("containment_rule_fired")
                        .getFirst()
                        .at("/payload/mode")
                        .asString())
                .isEqualTo("shadow");
        desk.done("ticket.read", "b").expect(200);

        desk.done("ticket.update", "a4").expect(403);
        until(() -> askAnew("ticket.read").status() == 423);
        Answer refused = desk.done("ticket.read", "d").expect(423);
        assertThat(refused.at("/cause/detail")).contains("rule:strict", "5 denials in a minute, of 5 at most.");
        assertThat(refused.at("/cause/resets_at")).isNotEmpty();
        assertThat(desk.admin().get("/v1/containment?state=in_force").at("/items/0/automatic"))
                .isEqualTo("true");

        desk.contain("agent", Given.AGENT, "normal").expect(200);
        desk.done("ticket.read", "e").expect(200);
        assertThat(desk.admin().get("/v1/containment/rules").json().at("/items"))
                .hasSize(2);
        desk.admin().delete("/v1/containment/rules/strict").expect(204);
        desk.admin().delete("/v1/containment/rules/strict").expect(404);
    }

    /** What was admitted before, while the rule was about to fire, would only be answered again. */
    private Answer askAnew(String operation) {
        return desk.ask(operation, "anew_" + asked++);
    }

    private void rule(String name, String trigger, int threshold, String mode) {
        desk.admin()
                .put("/v1/containment/rules/" + name, """
                    {"trigger":%s,"threshold":%d,"scope":"agent","mode":"%s","posture":"frozen","lifetime":"PT10M"}\
                    """.formatted(trigger, threshold, mode))
                .expect(200);
    }

    @Test
    void repeats_and_failures_are_counted_too() throws Exception {
        desk.done("ticket.read", "x").expect(200);
        rule("loop", "\"repeats\"", 3, "enforce");
        for (int n = 0; n < 3; n++) {
            desk.ask("ticket.update", "same");
        }
        until(() -> askAnew("ticket.update").status() == 423);
        assertThat(desk.journal("containment_rule_fired")
                        .getFirst()
                        .at("/payload/rule")
                        .asString())
                .isEqualTo("loop");
        until(() -> !desk.admin().get("/v1/incidents").json().path("items").isEmpty());
        JsonNode incident = desk.admin().get("/v1/incidents").json().at("/items/0");
        assertThat(incident.path("opened_by").asString()).isEqualTo("rule:loop");
        assertThat(incident.at("/scope/key").asString()).isEqualTo(Given.AGENT);
    }
}
