package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** What agents do at a real target, and which rule contains them for it: no sooner than at its threshold, and no others. */
@PlatformTest
class RulesOverHttpTest {

    private final Given given;
    private final Desk desk;

    @Autowired
    RulesOverHttpTest(Given given) {
        this.given = given;
        this.desk = new Desk(given);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private void rule(String trigger, long threshold, String scope, String posture) {
        desk.admin()
                .put("/v1/containment/rules/by_" + trigger, """
                    {"trigger":"%s","threshold":%d,"scope":"%s","mode":"enforce","posture":"%s","lifetime":"PT10M"}\
                    """.formatted(trigger, threshold, scope, posture))
                .expect(200);
    }

    /** The one time that a rule has fired. */
    private JsonNode fired() throws Exception {
        until(() -> !desk.journal("containment_rule_fired").isEmpty());
        List<JsonNode> all = desk.journal("containment_rule_fired");
        assertThat(all).hasSize(1);
        return all.getFirst().path("payload");
    }

    private void contains(String scope, String posture, String reason) throws Exception {
        until(() -> desk.admin().get("/v1/containment?state=in_force").body().contains("\"automatic\":true"));
        Answer inForce = desk.admin().get("/v1/containment?state=in_force");
        assertThat(inForce.json().at("/items")).hasSize(1);
        assertThat(inForce.at("/items/0/scope")).isEqualTo(scope);
        assertThat(inForce.at("/items/0/posture")).isEqualTo(posture);
        assertThat(inForce.at("/items/0/reason")).isEqualTo(reason);
        assertThat(inForce.at("/items/0/expires_at")).isNotEmpty();
    }

    @Test
    void an_agent_that_spends_too_fast_may_only_read() throws Exception {
        rule("spend_micros", 4_000, "agent", "read_only");
        desk.done("ticket.read", "free").expect(200);
        for (int n = 0; n < 2; n++) {
            desk.done("ticket.buy", "b" + n).expect(200);
        }
        assertThat(desk.journal("containment_rule_fired")).isEmpty();
        desk.done("ticket.buy", "b2").expect(200);

        assertThat(fired().path("measured").asLong()).isEqualTo(4_500);
        contains("agent", "read_only", "4500 spend_micros in a minute, of 4000 at most.");
        assertThat(desk.done("ticket.buy", "b3").expect(423).at("/cause/limit")).isEqualTo("read_only");
        desk.done("ticket.read", "still").expect(200);
        assertThat(desk.arrivals).containsExactly("free", "b0", "b1", "b2", "still");
    }

    @Test
    void a_tenant_whose_outcomes_nobody_knows_is_frozen() throws Exception {
        rule("unknown_outcomes", 2, "tenant", "frozen");
        assertThat(desk.done("ticket.update", "lost_1").at("/state")).isEqualTo("outcome_unknown");
        desk.done("ticket.update", "fails_1");
        desk.done("ticket.update", "goes_on").expect(200);
        assertThat(desk.journal("containment_rule_fired")).isEmpty();
        assertThat(desk.done("ticket.update", "lost_2").at("/state")).isEqualTo("outcome_unknown");

        assertThat(fired().path("measured").asLong()).isEqualTo(2);
        contains("tenant", "frozen", "2 unknown_outcomes in a minute, of 2 at most.");
        desk.ask("", "other", "ticket.read", "wr_2", "other").expect(423);
        assertThat(desk.arrivals).containsExactly("lost_1", "fails_1", "goes_on", "lost_2");
    }

    @Test
    void a_run_in_which_half_fails_is_frozen_once_ten_have_ended_and_no_other_run() throws Exception {
        rule("error_percent", 50, "run", "frozen");
        for (int n = 0; n < 5; n++) {
            assertThat(desk.done("ticket.update", "fails_" + n).at("/state")).isEqualTo("failed");
        }
        for (int n = 0; n < 4; n++) {
            desk.done("ticket.update", "good_" + n).expect(200);
        }
        assertThat(desk.journal("containment_rule_fired"))
                .as("of nine, five have failed: too few to tell")
                .isEmpty();
        desk.done("ticket.update", "good_4").expect(200);

        assertThat(fired().path("measured").asLong()).isEqualTo(50);
        contains("run", "frozen", "50 error_percent in a minute, of 50 at most.");
        desk.done("ticket.update", "late").expect(423);
        desk.ask("?wait=PT10S", "desk", "ticket.update", "wr_2", "another").expect(200);
        assertThat(desk.arrivals).hasSize(11).doesNotContain("late").contains("another");
    }
}
