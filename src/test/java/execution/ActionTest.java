package execution;

import static execution.House.ACME;
import static execution.House.META;
import static execution.House.NOW;
import static execution.House.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.RecoverAction;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.gateway.Outcome;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.InvalidField;

class ActionTest {

    private static final ActionId ACTION = new ActionId(ACME, "act_1");
    private static final String DIGEST = Fingerprint.of("{\"status\":\"solved\"}");
    private static final Outcome DONE = new Outcome.Succeeded(200, "{\"ok\":true}", 1);
    private static final Cause DOWN = Cause.provider("The target is down.", null);

    private final House house = new House();

    @BeforeEach
    void queued() {
        house.submit(submit("act_1", "k1"));
        house.ledger.asked.clear();
    }

    @Test
    void is_as_large_as_what_it_was_asked_with_until_it_has_ended() {
        house.submit(House.asking("act_2", "k2", "{\"text\":\"%s\"}".formatted("y".repeat(500_000))));

        assertThat(bytes(ACTION)).isBetween(1L, 1_000L);
        assertThat(bytes(new ActionId(ACME, "act_2"))).isGreaterThan(500_000);

        start("w1");
        record("w1", DONE);
        assertThat(bytes(ACTION)).isZero();
    }

    private long bytes(ActionId action) {
        return house.inLane(() -> house.actions.load(action.toString()).invoke(Action::bytes));
    }

    @Test
    void is_started_once_and_ends_as_its_target_said() {
        CompletableFuture<ActionEvent> told = house.outcomes.of(ACTION);

        assertThat(start("w1")).isInstanceOfSatisfying(Start.Go.class, go -> {
            assertThat(go.idempotencyKey()).isEqualTo("k1");
            assertThat(go.arguments()).isEqualTo("{\"status\":\"solved\"}");
            assertThat(go.target().fields()).containsEntry("record_id", "zd_99102");
        });
        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(record("w1", DONE)).isEqualTo(ActionState.SUCCEEDED);

        assertThat(house.journal(ACTION))
                .contains(
                        new ActionStarted("act_1", 1, "w1", false, 3, "5c4e", NOW, DIGEST),
                        new ActionSucceeded(
                                "act_1",
                                1,
                                200,
                                "{\"ok\":true}",
                                1,
                                NOW,
                                Fingerprint.of("{\"ok\":true}"),
                                DONE.levels()))
                .hasSize(3);
        assertThat(house.ledger.asked).containsExactly("settle act_1");
        assertThat(told).isCompletedWithValueMatching(ActionSucceeded.class::isInstance);
    }

    @Test
    void a_worker_that_asks_again_goes_on_and_another_does_not() {
        Start first = start("w1");

        assertThat(start("w1")).isEqualTo(first);
        assertThat(start("w2")).isEqualTo(new Start.Skip(ActionState.RUNNING));
        assertThat(house.journal(ACTION)).hasSize(2);
    }

    @Test
    void an_outcome_is_recorded_once_and_only_for_the_worker_that_runs_it() {
        start("w1");

        assertThat(record("w2", DONE)).isEqualTo(ActionState.RUNNING);
        record("w1", DONE);
        assertThat(record("w1", new Outcome.Failed(500, "target_failed", DOWN, 1)))
                .isEqualTo(ActionState.SUCCEEDED);

        assertThat(house.journal(ACTION)).hasSize(3);
        assertThat(house.ledger.asked).containsExactly("settle act_1");
    }

    @Test
    void a_call_that_never_left_is_not_spent() {
        start("w1");

        record("w1", new Outcome.Failed(null, "circuit_open", DOWN, 0));

        assertThat(house.ledger.asked).containsExactly("release act_1");
    }

    @Test
    void an_unknown_outcome_is_spent_and_final() {
        start("w1");

        assertThat(record("w1", new Outcome.Unknown("no_answer", DOWN, 1))).isEqualTo(ActionState.OUTCOME_UNKNOWN);

        assertThat(house.ledger.asked).containsExactly("settle act_1");
        assertThat(start("w2")).isEqualTo(new Start.Skip(ActionState.OUTCOME_UNKNOWN));
    }

    @Test
    void is_cancelled_while_it_waits_and_then_never_starts() {
        assertThat(cancel()).isEqualTo(ActionState.CANCELLED);
        assertThat(cancel()).as("again").isEqualTo(ActionState.CANCELLED);

        assertThat(house.journal(ACTION)).hasSize(2).contains(new ActionCancelled("act_1", NOW));
        assertThat(house.ledger.asked).containsExactly("release act_1");
        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.backlog.pool("shared").waiting()).isZero();
        assertThat(start("w1")).isEqualTo(new Start.Skip(ActionState.CANCELLED));
    }

    @Test
    void is_not_cancelled_once_it_runs() {
        start("w1");

        assertThatThrownBy(this::cancel)
                .isInstanceOfSatisfying(
                        Conflict.class, no -> assertThat(no.code()).isEqualTo("not_cancellable"));
    }

    @Test
    void a_refused_action_cannot_be_cancelled() {
        house.ledger.answer = new quota.Reservation.Throttled(DOWN);
        house.submit(submit("act_2", "k2"));

        assertThatThrownBy(() ->
                        house.inLane(() -> house.progress.handle(new CancelAction(new ActionId(ACME, "act_2"), NOW))))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void an_interrupted_action_that_is_not_idempotent_is_of_unknown_outcome() {
        start("w1");

        assertThat(recover()).isEqualTo(ActionState.OUTCOME_UNKNOWN);

        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ActionOutcomeUnknown.class, unknown -> {
            assertThat(unknown.code()).isEqualTo("interrupted");
            assertThat(unknown.cause().owner()).isEqualTo(Cause.Owner.PLATFORM);
        });
        assertThat(house.ledger.asked).containsExactly("settle act_1");
        assertThat(record("w1", DONE)).as("its late worker").isEqualTo(ActionState.OUTCOME_UNKNOWN);
    }

    @Test
    void an_interrupted_action_that_is_idempotent_is_queued_again_as_a_second_attempt() {
        house.connectors = House.connectors(new House.Described(true, "5c4e", null));
        start("w1");

        assertThat(recover()).isEqualTo(ActionState.QUEUED);
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
        assertThat(start("w2")).isInstanceOf(Start.Go.class);

        assertThat(house.journal(ACTION))
                .contains(
                        new ActionRequeued("act_1", 1, "interrupted", NOW),
                        new ActionStarted("act_1", 2, "w2", true, 3, "5c4e", NOW, DIGEST));
        assertThat(record("w1", DONE)).as("its late worker").isEqualTo(ActionState.RUNNING);
    }

    @Test
    void recovery_leaves_alone_what_does_not_run() {
        assertThat(recover()).isEqualTo(ActionState.QUEUED);
        assertThat(house.journal(ACTION)).hasSize(1);
    }

    @Test
    void fails_unspent_if_its_connector_does_not_take_its_arguments_any_more() {
        house.connectors = House.connectors(
                new House.Described(false, "other", new InvalidField("/arguments/status", "enum", "must be known")));

        assertThat(start("w1")).isEqualTo(new Start.Skip(ActionState.FAILED));

        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ActionFailed.class, failed -> {
            assertThat(failed.code()).isEqualTo("operation_changed");
            assertThat(failed.requests()).isZero();
        });
        assertThat(house.ledger.asked).containsExactly("release act_1");
    }

    private Start start(String worker) {
        return house.inLane(() -> house.progress.handle(new StartAction(ACTION, worker, NOW)));
    }

    private ActionState record(String worker, Outcome outcome) {
        return house.inLane(() -> house.progress.handle(new RecordOutcome(ACTION, worker, outcome, NOW)));
    }

    private ActionState cancel() {
        return house.inLane(() -> house.progress.handle(new CancelAction(ACTION, NOW)));
    }

    private ActionState recover() {
        return house.inLane(() -> house.progress.handle(new RecoverAction(ACTION, NOW), META));
    }
}
