package platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;
import platform.TestClient.Answer;

/** An action that was started with its admission, by a commit of which the platform heard too late. */
@PlatformTest
@TestPropertySource(properties = "firebreak.journal.commit-deadline=500ms")
class UnconfirmedStartTest {

    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final Given given;
    private final Environment environment;
    private final MeterRegistry meters;

    @Autowired
    UnconfirmedStartTest(Given given, Environment environment, MeterRegistry meters) {
        this.given = given;
        this.environment = environment;
        this.meters = meters;
    }

    @Test
    void what_was_started_by_a_commit_that_nobody_confirmed_is_done_once_and_gives_its_slot_back() throws Exception {
        try (TicketDesk desk = TicketDesk.start(given)) {
            Given.Customer acme = desk.customer();
            desk.act(acme, "wr_1", "ticket.update", "zd_0");

            try (Connection holder = owner().dataSource().getConnection();
                    var statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                statement.execute("lock table journal.event in exclusive mode");
                Answer lost = acme.agent().post("/v1/actions", envelope(acme)).expect(503);
                assertThat(lost.at("/code")).isEqualTo("journal_unavailable");
                assertThat(slotsInUse()).as("it may have been started").isEqualTo(1);
                holder.rollback();
            }

            Answer again = acme.agent().post("/v1/actions?wait=PT10S", envelope(acme));
            assertThat(again.at("/state")).as(again.body()).isEqualTo("succeeded");
            assertThat(desk.calls()).isEqualTo(2);
            assertThat(acme.agent().get("/v1/actions?run=wr_1").json().at("/items"))
                    .hasSize(2);
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (slotsInUse() > 0) {
                assertThat(System.nanoTime()).as("the slot is given back").isLessThan(deadline);
                Thread.sleep(20);
            }
        }
    }

    private double slotsInUse() {
        return meters.get("execution.slots.used").tag("pool", "shared").gauge().value();
    }

    private static String envelope(Given.Customer customer) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update","target":{"system":"zendesk","record_id":"zd_1"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(customer.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS);
    }

    /** As who owns the database can. */
    private DatabaseOwner owner() {
        return new DatabaseOwner(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"));
    }
}
