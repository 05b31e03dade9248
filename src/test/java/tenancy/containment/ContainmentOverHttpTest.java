package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** Stop it, see what stopped, let it go on. */
@PlatformTest
class ContainmentOverHttpTest {

    private final Given given;
    private Desk desk;

    @Autowired
    ContainmentOverHttpTest(Given given) {
        this.given = given;
        this.desk = new Desk(given, 2);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void what_is_frozen_is_refused_until_it_is_released() {
        desk.done("ticket.update", "a").expect(200);

        Answer frozen = desk.contain("agent", Given.AGENT, "frozen").expect(200);
        assertThat(frozen.at("/receipt/state")).isEqualTo("confirmed");
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
        until(() -> !desk.admin().get("/v1/containment/" + id).at("/receipts/0/receipt/state").isEmpty());
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
}
