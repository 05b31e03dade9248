package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;

/** What waits while its scope is contained: much of it, and under many changes. */
@PlatformTest
class HeldWorkTest {

    private final Given given;
    private final Desk desk;

    @Autowired
    HeldWorkTest(Given given) {
        this.given = given;
        this.desk = new Desk(given, 2);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void however_postures_overlap_nothing_held_is_lost_or_done_twice() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        List<String> admitted = new ArrayList<>();
        List<String> records = new ArrayList<>();
        String[][] scopes = {
            {"tenant", ""},
            {"agent", Given.AGENT},
            {"connector", "desk"},
            {"run", "wr_0"},
            {"run", "wr_1"},
            {"operation", "other/ticket.update"},
            {"destination", "127.0.0.1"}
        };
        for (int step = 0; step < 40; step++) {
            String[] scope = scopes[random.nextInt(scopes.length)];
            String posture = List.of("frozen", "normal", "read_only", "normal").get(random.nextInt(4));
            assertThat(desk.contain(scope[0], scope[1], posture).status())
                    .as("seed %d", seed)
                    .isIn(200, 409);
            for (int n = 0; n < 4; n++) {
                String record = "s" + step + "n" + n;
                Answer asked = desk.ask(
                        "",
                        random.nextBoolean() ? "desk" : "other",
                        "ticket.update",
                        "wr_" + random.nextInt(2),
                        record);
                assertThat(asked.status()).as("seed %d", seed).isIn(202, 423);
                if (asked.status() == 202) {
                    admitted.add(asked.at("/action_id"));
                    records.add(record);
                }
            }
        }
        for (String[] scope : scopes) {
            assertThat(desk.contain(scope[0], scope[1], "normal").status()).isIn(200, 409);
        }
        for (int at = 0; at < admitted.size(); at++) {
            String action = admitted.get(at);
            until(() ->
                    !List.of("queued", "running").contains(desk.action(action).at("/state")));
            String state = desk.action(action).at("/state");
            String record = records.get(at);
            long arrived = desk.arrivals.stream().filter(record::equals).count();
            switch (state) {
                case "succeeded" ->
                    assertThat(arrived).as("seed %d: %s", seed, record).isEqualTo(1);
                case "cancelled" ->
                    assertThat(arrived).as("seed %d: %s", seed, record).isZero();
                case "outcome_unknown" ->
                    assertThat(arrived).as("seed %d: %s", seed, record).isLessThanOrEqualTo(1);
                default -> assertThat(state).as("seed %d: %s", seed, record).isEmpty();
            }
        }
        assertThat(desk.arrivals).as("seed %d", seed).isSubsetOf(records).doesNotHaveDuplicates();
    }

    @Test
    void a_deep_queue_is_frozen_and_killed_and_other_agents_go_on() throws Exception {
        String other = "billing_v1";
        given.agent(desk.admin(), other, Desk.QUOTA_CLASS);
        var second = given.agentKey(desk.admin(), other);
        for (String record : List.of("waits_1", "waits_2")) {
            desk.ask("ticket.update", record).expect(202);
        }
        until(() -> desk.waiting.get() == 2);
        int deep = 1_200;
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int n = 0; n < deep; n++) {
                String record = "deep" + n;
                threads.submit(() -> desk.ask("ticket.update", record).expect(202));
            }
        }
        assertThat(desk.arrivals).as("all others wait").hasSize(2);
        desk.containAsOperator("agent", Given.AGENT, "frozen", "").expect(200);
        desk.ask("ticket.update", "late").expect(423);

        // More of the frozen agent wait than are held in memory: the others are found behind them.
        second.post("/v1/actions?wait=PT10S", """
                {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_b","policy_profile":"%s",
                 "quota_class":"%s","requested_action":"ticket.update","target":{"system":"desk","record_id":"free"},
                 "arguments":{"status":"solved"},"data_classes":["internal"]}\
                """.formatted(
                                desk.tenant(), Given.WORKSPACE, other, Given.PROFILE, Desk.QUOTA_CLASS))
                .expect(200);
        assertThat(desk.arrivals).containsExactlyInAnyOrder("waits_1", "waits_2", "free");

        Answer killed =
                desk.containAsOperator("agent", Given.AGENT, "killed", "").expect(200);
        String id = killed.at("/receipt/containment_id");
        until(() -> !desk.admin()
                .get("/v1/containment/" + id)
                .json()
                .at("/receipts")
                .isEmpty());
        assertThat(desk.admin().get("/v1/containment/" + id).at("/receipts/0/receipt/counts/action~1cancelled"))
                .isEqualTo(String.valueOf(deep));
        desk.containAsOperator("agent", Given.AGENT, "normal", "").expect(200);
        assertThat(desk.arrivals).hasSize(3);
    }
}
