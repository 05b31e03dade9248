package execution;

import static execution.House.ACME;
import static execution.House.META;
import static execution.House.NOW;
import static execution.House.submit;
import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionCommand.GrantApproval;
import execution.ActionCommand.RecordChecks;
import execution.ActionCommand.RecoverAction;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.ChecksStarted;
import execution.gateway.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import policy.Layer;
import policy.Verdict;
import policy.Verdict.Approval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Role;

/** What has to be asked of other systems before an effect. */
class ChecksTest {

    private static final ActionId ACTION = new ActionId(ACME, "act_1");
    private static final Outcome YES = new Outcome.Succeeded(200, "{\"ok\":true}", 1);
    private static final Outcome NO = new Outcome.Succeeded(200, "{\"ok\":false}", 1);

    private final House house = new House();
    private List<Verdict.Check> checks = List.of(check("mail", Map.of("text", "arguments.status")));
    private List<Approval> approvals = List.of();

    @BeforeEach
    void needsCheck() {
        house.policies = envelope -> new NeedsCheck(
                7, List.of(new Reason("mail", Layer.PROFILE, 7, "Mail is classified first.")), checks, approvals, null);
        house.connectors = (tenant, system, name) ->
                new House.Described(false, "5c4e", null, system.equals("classifier") ? Effect.READ : Effect.WRITE);
    }

    @Test
    void is_queued_like_any_other_and_its_worker_is_told_to_ask_first() {
        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.QUEUED);
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1");
        assertThat(start("w1")).isInstanceOfSatisfying(Start.Check.class, check -> {
            assertThat(check.calls()).singleElement().satisfies(call -> {
                assertThat(call.arguments()).isEqualTo("{\"text\":\"solved\"}");
                assertThat(call.target().system()).isEqualTo("classifier");
            });
        });
        assertThat(house.journal(ACTION))
                .hasExactlyElementsOfTypes(ActionQueued.class, ChecksRequired.class, ChecksStarted.class);
        assertThat(house.backlog.queued(ACME)).isZero();
    }

    @Test
    void the_effects_intent_is_committed_only_after_all_have_passed() {
        checks = List.of(check("mail", Map.of()), check("size", Map.of("all", "arguments", "kind", "'mail'")));
        house.submit(submit("act_1", "k1"));
        assertThat(start("w1"))
                .isInstanceOfSatisfying(
                        Start.Check.class,
                        check -> assertThat(check.calls().get(1).arguments())
                                .isIn(
                                        "{\"all\":{\"status\":\"solved\"},\"kind\":\"mail\"}",
                                        "{\"kind\":\"mail\",\"all\":{\"status\":\"solved\"}}"));

        Start go = record("w1", checked("mail", YES), checked("size", YES));

        assertThat(go).isInstanceOf(Start.Go.class);
        assertThat(house.journal(ACTION))
                .hasExactlyElementsOfTypes(
                        ActionQueued.class,
                        ChecksRequired.class,
                        ChecksStarted.class,
                        CheckPassed.class,
                        CheckPassed.class,
                        ActionStarted.class);
        assertThat((CheckPassed) house.journal(ACTION).get(3)).satisfies(passed -> {
            assertThat(passed.answer().result()).isEqualTo("{\"ok\":true}");
            assertThat(passed.answer().digest()).isEqualTo(Fingerprint.of("{\"ok\":true}"));
        });
        assertThat(record("w1", checked("mail", NO))).as("asked again").isEqualTo(go);
        assertThat(record("w2", checked("mail", YES))).isEqualTo(new Start.Skip(ActionState.RUNNING));
        assertThat(house.backlog.queued(ACME)).isZero();
    }

    @Test
    void one_that_does_not_pass_denies_it_and_gives_the_budget_back() {
        house.submit(submit("act_1", "k1"));
        start("w1");

        assertThat(record("w1", checked("mail", NO))).isEqualTo(new Start.Skip(ActionState.DENIED));

        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(CheckFailed.class, failed -> {
            assertThat(failed.code()).isEqualTo("check_failed");
            assertThat(failed.cause())
                    .extracting(Cause::owner, Cause::rule, Cause::policyVersion)
                    .containsExactly(Cause.Owner.POLICY, "mail", 7L);
        });
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1", "release act_1");
        assertThat(start("w2")).isEqualTo(new Start.Skip(ActionState.DENIED));
    }

    @Test
    void no_answer_an_answer_of_another_and_a_missing_answer_are_noes() {
        Cause late = Cause.provider("no answer", null);
        List<List<Checked>> answers = List.of(
                List.of(checked("mail", new Outcome.Failed(null, "circuit_open", late, 0))),
                List.of(checked("mail", new Outcome.Unknown("read_timeout", late, 1))),
                List.of(checked("other", YES)),
                List.of());
        for (int n = 0; n < answers.size(); n++) {
            var action = new ActionId(ACME, "act_n" + n);
            List<Checked> answer = answers.get(n);
            house.submit(submit(action.key(), "kn" + n));
            house.inLane(() -> house.progress.handle(new StartAction(action, "w1", NOW)));

            assertThat(house.inLane(() -> house.progress.handle(new RecordChecks(action, "w1", answer, NOW))))
                    .isEqualTo(new Start.Skip(ActionState.DENIED));
            assertThat(house.journal(action)).noneMatch(ActionStarted.class::isInstance);
        }
    }

    @Test
    void a_missing_connector_an_effect_and_arguments_that_do_not_fit_are_noes() {
        house.submit(submit("act_1", "k1"));
        house.connectors = (tenant, system, name) -> {
            throw new Forbidden("unknown_connector", "There is no connector classifier.");
        };
        assertThat(start("w1")).isEqualTo(new Start.Skip(ActionState.DENIED));
        assertThat(code(ACTION)).isEqualTo("unknown_connector");

        house.connectors = House.connectors(new House.Described());
        assertThat(code(submitAndStart("act_2"))).isEqualTo("check_has_effect");

        house.connectors = (tenant, system, name) -> new House.Described(
                false,
                "5c4e",
                system.equals("classifier") ? new InvalidField("/arguments/text", "type", "must be a list") : null,
                system.equals("classifier") ? Effect.READ : Effect.WRITE);
        assertThat(code(submitAndStart("act_3"))).isEqualTo("invalid_request");
        assertThat(house.ledger.asked).contains("release act_1", "release act_2", "release act_3");
    }

    @Test
    void a_crash_between_check_and_effect_asks_again() {
        house.submit(submit("act_1", "k1"));
        start("w1");

        assertThat(house.inLane(() -> house.progress.handle(new RecoverAction(ACTION, NOW), META)))
                .isEqualTo(ActionState.QUEUED);

        assertThat(house.journal(ACTION).getLast()).isInstanceOf(ActionRequeued.class);
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
        assertThat(record("w1", checked("mail", YES)))
                .as("its late worker")
                .isEqualTo(new Start.Skip(ActionState.QUEUED));
        assertThat(start("w2")).isInstanceOf(Start.Check.class);
        assertThat(record("w2", checked("mail", YES))).isInstanceOf(Start.Go.class);
        assertThat(house.journal(ACTION).getLast())
                .isInstanceOfSatisfying(
                        ActionStarted.class,
                        started -> assertThat(started.attempt()).isEqualTo(1));
    }

    @Test
    void people_are_asked_after_the_checks_and_the_checks_once_more_after_them() {
        approvals = List.of(new Approval("mail", List.of("approver"), 1, Duration.ofHours(1)));
        house.submit(submit("act_1", "k1"));
        start("w1");

        assertThat(record("w1", checked("mail", YES))).isEqualTo(new Start.Skip(ActionState.APPROVAL_REQUIRED));
        assertThat(house.journal(ACTION).getLast()).isInstanceOf(ApprovalRequested.class);
        assertThat(house.ledger.asked).endsWith("release act_1");
        assertThat(house.deadlines).containsKey(ACTION);

        var maria = new Approver("oidc:maria", Role.APPROVER);
        assertThat(house.inLane(() -> house.held.handle(new GrantApproval(ACTION, maria, null, "fine", NOW), META)))
                .isEqualTo(new Granting.Released());
        assertThat(house.journal(ACTION)).anyMatch(ActionReleased.class::isInstance);
        assertThat(start("w2")).isInstanceOf(Start.Check.class);
        assertThat(record("w2", checked("mail", YES))).isInstanceOf(Start.Go.class);
    }

    @Test
    void what_will_ask_people_is_not_admitted_when_too_many_wait_for_them() {
        approvals = List.of(new Approval("mail", List.of("approver"), 1, Duration.ofHours(1)));
        house.heldBefore = 2;

        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.THROTTLED);
        assertThat(receipt.cause()).extracting(Cause::limit).isEqualTo("held_actions");
        assertThat(house.ledger.asked).isEmpty();
    }

    private static Verdict.Check check(String rule, Map<String, String> arguments) {
        return new Verdict.Check(rule, "classifier", "classify", Map.of(), arguments, "result.ok == true");
    }

    private static Checked checked(String rule, Outcome outcome) {
        return new Checked(rule, "classifier", "classify", 3, outcome);
    }

    private String code(ActionId action) {
        return ((CheckFailed) house.journal(action).getLast()).code();
    }

    private ActionId submitAndStart(String key) {
        var action = new ActionId(ACME, key);
        house.submit(submit(key, key));
        assertThat(house.inLane(() -> house.progress.handle(new StartAction(action, "w1", NOW))))
                .isEqualTo(new Start.Skip(ActionState.DENIED));
        return action;
    }

    private Start start(String worker) {
        return house.inLane(() -> house.progress.handle(new StartAction(ACTION, worker, NOW)));
    }

    private Start record(String worker, Checked... checked) {
        return house.inLane(() -> house.progress.handle(new RecordChecks(ACTION, worker, List.of(checked), NOW)));
    }
}
