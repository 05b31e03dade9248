package execution;

import static execution.House.ACME;
import static execution.House.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ResultRedacted;
import execution.gateway.Outcome;
import execution.gateway.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import secrets.Lease;
import secrets.Leases;
import secrets.Mode;
import tenancy.ActionId;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.Effect;

class LendingTest {

    private static final ActionId ACTION = new ActionId(ACME, "act_1");

    private final House house = new House();
    private final List<Leases.Request> asked = new ArrayList<>();

    @BeforeEach
    void admitted() {
        house.connectors = House.connectors(new House.Described(false, "5c4e", null, Effect.WRITE, true));
        house.leases = request -> {
            asked.add(request);
            return new Leases.Answer.Issued(lease("lea_" + asked.size()));
        };
        house.submit(House.submit("act_1", null));
    }

    @Test
    void an_action_starts_with_a_lease_that_its_intent_names() {
        var go = (Start.Go) start("w1");

        assertThat(go.lease()).isEqualTo(lease("lea_1"));
        assertThat(house.journal(ACTION))
                .last()
                .isInstanceOfSatisfying(
                        ActionStarted.class,
                        started -> assertThat(started.lease()).isEqualTo(ActionEvent.Leased.of(lease("lea_1"))));
        Leases.Request request = asked.getFirst();
        assertThat(request.mode()).isEqualTo(Mode.MUTATE);
        assertThat(request.destination()).isEqualTo("zendesk.test");
        assertThat(request.agentClass()).isEqualTo("support_triage");
        assertThat(request.context().run()).isEqualTo(House.RUN);
    }

    @Test
    void the_same_worker_gets_the_same_lease_again_and_another_gets_none() {
        start("w1");

        assertThat(((Start.Go) start("w1")).lease()).isEqualTo(lease("lea_1"));
        assertThat(start("w2")).isInstanceOf(Start.Skip.class);
        assertThat(asked).hasSize(1);
    }

    @Test
    void without_a_lease_it_fails_with_the_reason_and_gives_back_its_budget() {
        var cause = new Cause(Cause.Owner.POLICY, "credential", null, null, null, null, null, null, "No grant.");
        house.leases = request -> new Leases.Answer.Refused("no_grant", cause);

        assertThat(start("w1")).isEqualTo(new Start.Skip(ActionState.FAILED));

        assertThat(house.journal(ACTION))
                .last()
                .isEqualTo(new ActionFailed("act_1", 0, null, "no_grant", cause, 0, NOW, null));
        assertThat(house.ledger.asked).contains("release act_1");
    }

    @Test
    void a_retired_agent_is_lent_nothing() {
        Registration was = house.registration;
        house.registration = new Registration(
                was.agent(),
                was.workspace(),
                was.agentClass(),
                was.trustZone(),
                was.policyProfile(),
                was.quotaClass(),
                false);

        assertThat(start("w1")).isEqualTo(new Start.Skip(ActionState.FAILED));
        assertThat(asked).isEmpty();
    }

    @Test
    void what_was_taken_out_of_the_answer_is_journaled_before_the_outcome() {
        start("w1");
        var redacted = List.of(new Redaction("leased_value", "/result/token", 1));

        house.inLane(() -> house.progress.handle(
                new RecordOutcome(ACTION, "w1", new Outcome.Succeeded(200, "{}", 1), redacted, NOW)));

        assertThat(house.journal(ACTION)).contains(new ResultRedacted("act_1", null, redacted, NOW));
        assertThat(house.journal(ACTION)).last().isInstanceOf(ActionEvent.ActionSucceeded.class);
    }

    private Start start(String worker) {
        return house.inLane(() -> house.progress.handle(new StartAction(ACTION, worker, NOW)));
    }

    private static Lease lease(String id) {
        return new Lease(
                ACTION,
                id,
                "zendesk_main",
                3,
                "zendesk",
                "ticket.update",
                "zendesk.test",
                Mode.MUTATE,
                NOW.plus(Duration.ofMinutes(5)));
    }
}
