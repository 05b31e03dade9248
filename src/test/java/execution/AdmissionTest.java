package execution;

import static execution.House.ACME;
import static execution.House.CLAIM;
import static execution.House.NOW;
import static execution.House.RUN;
import static execution.House.SUPPORT;
import static execution.House.TRIAGE;
import static execution.House.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.ActionCommand.SubmitAction;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.RunEvent.RunStarted;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.Test;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import quota.Limits;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Draw;
import quota.Reservation.Throttled;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.Effect;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Refusal;
import tenancy.RunId;
import tenancy.Target;
import tenancy.Unconfirmed;
import tenancy.WorkspaceId;

class AdmissionTest {

    private static final ActionId FIRST = new ActionId(ACME, "act_1");
    private static final Cause SPENT = Cause.limit(
            Cause.Owner.TENANT, "budget", "tool_calls_per_day", 10_000, 10_000, Instant.parse("2026-11-24T00:00:00Z"));
    private static final Draw CALL = new Draw("tool_calls_per_day", "tenant", 1, 1, 1_000, null);
    private static final Cause TOO_MANY =
            Cause.limit(Cause.Owner.TENANT, "concurrency", "concurrent_runs", 10, 10, null);

    private final House house = new House();

    @Test
    void what_is_allowed_and_granted_is_queued_with_its_whole_why() {
        Receipt receipt = house.submit(submit("act_1", null));

        assertThat(receipt).isEqualTo(Receipt.queued(FIRST, NOW, null, CALL));
        assertThat(house.journal(FIRST)).singleElement().isInstanceOfSatisfying(ActionQueued.class, queued -> {
            assertThat(queued.ruling())
                    .isEqualTo(new Ruling(
                            7, List.of(new Ruling.Rule("tickets", "profile", 7L, "Rule tickets allows it."))));
            assertThat(queued.reservation()).isEqualTo(new Reserved("tool_calls_per_day", 1, 1_000));
            assertThat(queued.requested().target()).isEqualTo(Map.of("record_id", "zd_99102"));
            assertThat(queued.requested().estimate().slotMillis()).isEqualTo(200);
            assertThat(queued.requested().connectorVersion()).isEqualTo(3);
            assertThat(queued.pool()).isEqualTo("shared");
            assertThat(queued.decidedAt()).isEqualTo(NOW);
        });
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
        assertThat(house.backlog.pool("shared").waiting()).isEqualTo(1);
    }

    @Test
    void what_finds_a_free_slot_is_started_in_the_same_commit() {
        house.backlog.pool("shared").open();

        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.QUEUED);
        assertThat(house.journal(FIRST))
                .satisfiesExactly(
                        queued -> assertThat(queued).isInstanceOf(ActionQueued.class),
                        started -> assertThat(started).isInstanceOfSatisfying(ActionStarted.class, start -> {
                            assertThat(start.claim()).isEqualTo("hands");
                            assertThat(start.startedAt()).isEqualTo(NOW);
                        }));
        assertThat(house.begun).singleElement().satisfies(begun -> {
            assertThat(begun.claim()).isEqualTo("hands");
            assertThat(begun.start()).isInstanceOfSatisfying(Start.Go.class, go -> {
                assertThat(go.arguments()).isEqualTo("{\"status\":\"solved\"}");
                assertThat(go.idempotencyKey()).isEqualTo("k1");
            });
        });
        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.backlog.running()).isEqualTo(1);
    }

    @Test
    void what_is_rolled_back_gives_back_the_slot_that_it_had_taken() {
        house.backlog.pool("shared").open();

        assertThatThrownBy(() -> house.inLane(() -> {
                    house.admission.handle(submit("act_1", "k1"), House.META);
                    throw new IllegalStateException("the batch fails");
                }))
                .hasMessage("the batch fails");

        assertThat(house.begun).isEmpty();
        assertThat(house.resumed).isEmpty();
        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.backlog.running()).isZero();
    }

    private static final class NobodyAnswers extends RuntimeException implements Unconfirmed {
        private NobodyAnswers() {
            super("Nobody answers.");
        }
    }

    @Test
    void what_may_have_been_committed_keeps_its_slot_and_is_asked_for_again() {
        house.backlog.pool("shared").open();

        assertThatThrownBy(() -> house.inLane(() -> {
                    CurrentUnitOfWork.get().onCommit(commits -> {
                        throw new NobodyAnswers();
                    });
                    return house.admission.handle(submit("act_1", "k1"), House.META);
                }))
                .hasMessage("Nobody answers.");

        assertThat(house.resumed).containsExactly("act_1 by hands");
        assertThat(house.begun).isEmpty();
        assertThat(house.backlog.running()).isEqualTo(1);
    }

    @Test
    void whatever_is_wrong_with_a_start_has_the_lane_decide_again() {
        house.backlog.pool("shared").open();
        house.connectors = House.connectors(new House.Described(false, "5c4e", null, Effect.WRITE, true));
        house.leases = request -> {
            throw new Conflict("not_now", "The start fails.");
        };

        assertThatThrownBy(() -> house.submit(submit("act_1", null)))
                .isInstanceOf(ConcurrencyException.class)
                .hasRootCauseMessage("The start fails.");

        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.backlog.running()).isZero();
    }

    @Test
    void a_start_of_what_was_never_admitted_finds_nothing() {
        assertThat(house.inLane(() -> house.progress.handle(new ActionCommand.StartAction(FIRST, "hands", NOW))))
                .isEqualTo(new Start.Absent());
    }

    @Test
    void what_cannot_be_started_at_once_ends_in_the_same_commit_and_keeps_no_reservation() {
        house.backlog.pool("shared").open();
        house.connectors = House.connectors(new House.Described(false, "5c4e", null, Effect.WRITE, true));
        house.leases = request -> new secrets.Leases.Answer.Refused("no_grant", SPENT);

        house.submit(submit("act_1", null));

        assertThat(house.journal(FIRST))
                .last()
                .isInstanceOfSatisfying(
                        ActionEvent.ActionFailed.class,
                        failed -> assertThat(failed.code()).isEqualTo("no_grant"));
        assertThat(house.begun)
                .singleElement()
                .satisfies(begun -> assertThat(begun.start()).isEqualTo(new Start.Skip(ActionState.FAILED)));
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1", "release act_1");
        assertThat(house.backlog.queued(ACME)).isZero();
    }

    @Test
    void a_run_that_is_not_known_is_started_with_its_first_action_only() {
        house.submit(submit("act_1", null));
        house.submit(submit("act_2", "k2"));

        assertThat(house.journal(RUN))
                .containsExactly(new RunStarted(RUN.key(), TRIAGE.key(), SUPPORT.key(), null, NOW));
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1", "reserve act_2");
    }

    @Test
    void a_run_is_named_by_one_object_in_all_that_waits_of_it() {
        house.submit(submit("act_1", null));

        assertThat(house.book.shared(new RunId(ACME, RUN.key()))).isSameAs(RUN);
        var unknown = new RunId(ACME, "wr_2");
        assertThat(house.book.shared(unknown)).isSameAs(unknown);
    }

    @Test
    void what_policy_denies_touches_no_quota_starts_no_run_and_uses_no_key() {
        house.policies = envelope ->
                new Denied(7, List.of(new Reason("no_mail", policy.Layer.PROFILE, 7, "Rule no_mail says no.")), "ask");

        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.DENIED);
        assertThat(receipt.remedy()).isEqualTo("ask");
        assertThat(house.journal(FIRST)).singleElement().isInstanceOfSatisfying(ActionRefused.class, refused -> {
            assertThat(refused.state()).isEqualTo(ActionState.DENIED);
            assertThat(refused.cause()).isEqualTo(Cause.rule("no_mail", 7, "Rule no_mail says no."));
            assertThat(refused.requested().arguments()).isEqualTo("{\"status\":\"solved\"}");
        });
        assertThat(house.ledger.asked).isEmpty();
        assertThat(house.journal(RUN)).isEmpty();
        house.policies = envelope -> House.ALLOWED;
        assertThat(house.submit(submit("act_2", "k1")).state()).isEqualTo(ActionState.QUEUED);
    }

    @Test
    void what_is_quarantined_is_denied_whatever_policy_allows_and_touches_no_quota() {
        house.connectors = House.connectors(House.Described.waiting());

        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.DENIED);
        assertThat(receipt.cause()).isNotNull().extracting(Cause::kind).isEqualTo("quarantine");
        assertThat(receipt.remedy()).isEqualTo("accept it");
        assertThat(house.journal(FIRST)).singleElement().isInstanceOf(ActionRefused.class);
        assertThat(house.ledger.asked).isEmpty();
        assertThat(house.journal(RUN)).isEmpty();
        house.connectors = House.connectors(new House.Described());
        assertThat(house.submit(submit("act_2", "k1")).state()).isEqualTo(ActionState.QUEUED);
    }

    @Test
    void a_spent_budget_names_limit_use_and_reset() {
        house.ledger.answer = new BudgetExceeded(SPENT);

        Receipt receipt = house.submit(submit("act_1", null));

        assertThat(receipt)
                .isEqualTo(
                        Receipt.refused(FIRST, ActionState.BUDGET_EXCEEDED, SPENT, "raise_limit_or_wait", NOW, null));
        assertThat(house.journal(RUN)).isEmpty();
        assertThat(house.backlog.queued(ACME)).isZero();
    }

    @Test
    void a_rate_or_concurrency_limit_throttles() {
        house.ledger.answer = new Throttled(TOO_MANY);

        assertThat(house.submit(submit("act_1", null)).state()).isEqualTo(ActionState.THROTTLED);
    }

    @Test
    void a_run_too_many_gives_the_reservation_back() {
        house.ledger.runAnswer = Optional.of(TOO_MANY);

        Receipt receipt = house.submit(submit("act_1", null));

        assertThat(receipt.state()).isEqualTo(ActionState.THROTTLED);
        assertThat(receipt.cause()).isEqualTo(TOO_MANY);
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1", "release act_1");
        assertThat(house.journal(RUN)).isEmpty();
    }

    @Test
    void a_full_queue_throttles_before_anything_is_reserved() {
        house.limits = new Limits(100, 100, 10, 1_000, 1, 5, 1);
        house.submit(submit("act_1", "k1"));

        Receipt receipt = house.submit(submit("act_2", "k2"));

        assertThat(receipt.cause())
                .isEqualTo(Cause.limit(Cause.Owner.TENANT, "capacity", "queued_actions", 1, 1, null));
        assertThat(house.ledger.asked).doesNotContain("reserve act_2");
    }

    @Test
    void the_same_key_and_request_get_the_first_answer() {
        Receipt first = house.submit(submit("act_1", "k1"));
        Receipt again = house.submit(submit("act_2", "k1"));

        assertThat(again.action()).isEqualTo(first.action());
        assertThat(again.replayed()).isTrue();
        assertThat(house.journal(new ActionId(ACME, "act_2"))).isEmpty();
        assertThat(house.ledger.asked).containsOnlyOnce("reserve act_1").doesNotContain("reserve act_2");
    }

    @Test
    void the_same_request_without_a_key_gets_the_first_answer_too() {
        house.submit(submit("act_1", null));

        assertThat(house.submit(submit("act_2", null)).action()).isEqualTo(FIRST);
    }

    @Test
    void the_same_key_with_another_request_is_refused() {
        house.submit(submit("act_1", "k1"));
        SubmitAction other = with(submit("act_2", "k1"), "{\"status\":\"open\"}", List.of("internal"));

        assertThatThrownBy(() -> house.submit(other)).isInstanceOf(IdempotencyKeyReused.class);
    }

    @Test
    void a_derived_key_cannot_be_spelled_by_a_caller() {
        assertThat(IdempotencyKeys.stored("k1", () -> "f00")).isNotEqualTo(IdempotencyKeys.stored(null, () -> "k1"));
        assertThat(IdempotencyKeys.sent(IdempotencyKeys.stored("k1", () -> "f00")))
                .isEqualTo("k1");
        assertThat(IdempotencyKeys.sent(IdempotencyKeys.stored(null, () -> "f00")))
                .isEqualTo("f00");
    }

    @Test
    void a_key_is_free_again_when_its_batch_is_rolled_back() {
        assertThatThrownBy(() -> house.inLane(() -> {
                    house.admission.handle(submit("act_1", "k1"), House.META);
                    throw new IllegalStateException("the batch fails");
                }))
                .hasMessage("the batch fails");

        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.submit(submit("act_2", "k1")).action().key()).isEqualTo("act_2");
    }

    @Test
    void an_action_that_is_decided_again_looks_its_key_up_in_the_database() {
        assertThatThrownBy(() -> house.inLane(() -> {
                    house.admission.handle(submit("act_1", "k1"), House.META);
                    throw new IllegalStateException("duplicate key");
                }))
                .hasMessage("duplicate key");

        assertThatThrownBy(() -> house.submit(submit("act_1", "k1"))).hasStackTraceContaining("the database was asked");
    }

    @Test
    void an_envelope_that_disagrees_with_the_registration_names_only_the_callers_own_field() {
        house.registration = new Registration(
                TRIAGE, new WorkspaceId(ACME, "ws_secret"), "support_triage", "internal", "p", "enterprise_gold", true);

        assertThatThrownBy(() -> house.submit(submit("act_1", null)))
                .isInstanceOfSatisfying(EnvelopeMismatch.class, mismatch -> {
                    assertThat(mismatch.kind()).isEqualTo(Refusal.Kind.FORBIDDEN);
                    assertThat(mismatch.fields().getFirst().pointer()).isEqualTo("/workspace_id");
                    assertThat(mismatch).hasMessageContaining("ws_support").hasMessageNotContaining("ws_secret");
                });
        assertThat(house.journal(FIRST)).isEmpty();
    }

    @Test
    void a_credential_bound_to_another_agent_is_refused_before_the_agent_is_looked_up() {
        var bound = new Claim(
                TRIAGE, SUPPORT, CLAIM.policyProfile(), CLAIM.quotaClass(), new AgentId(ACME, "another_agent"));
        house.registration = unregistered();

        assertThatThrownBy(() -> house.submit(as(submit("act_1", null), bound, RUN)))
                .isInstanceOfSatisfying(
                        EnvelopeMismatch.class,
                        mismatch -> assertThat(mismatch.fields().getFirst().pointer())
                                .isEqualTo("/agent_id"));
    }

    @Test
    void nothing_is_admitted_for_a_retired_agent() {
        house.registration = new Registration(
                TRIAGE, SUPPORT, "support_triage", "internal", "regulated_support", "enterprise_gold", false);

        assertThatThrownBy(() -> house.submit(submit("act_1", null)))
                .isInstanceOfSatisfying(
                        Forbidden.class, no -> assertThat(no.code()).isEqualTo("agent_retired"));
    }

    @Test
    void an_ended_run_and_another_agents_run_take_no_actions() {
        house.submit(submit("act_1", null));
        var other = new AgentId(ACME, "other_agent");
        house.registration = new Registration(
                other, SUPPORT, "support_triage", "internal", "regulated_support", "enterprise_gold", true);
        var others = new Claim(other, SUPPORT, CLAIM.policyProfile(), CLAIM.quotaClass(), null);
        assertThatThrownBy(() -> house.submit(as(submit("act_2", "k2"), others, RUN)))
                .isInstanceOf(EnvelopeMismatch.class);
        house.registration = new House().registration;
        var unused = house.inLane(() -> house.book.handle(new RunCommand.EndRun(RUN, null)));

        assertThatThrownBy(() -> house.submit(submit("act_3", "k3")))
                .isInstanceOfSatisfying(
                        Conflict.class, no -> assertThat(no.code()).isEqualTo("run_ended"));
        assertThat(house.submit(submit("act_4", null)).replayed())
                .as("the first answer is given even after the end of the run")
                .isTrue();
    }

    @Test
    void arguments_that_do_not_fit_the_schema_change_nothing() {
        house.connectors = House.connectors(
                new House.Described(false, "5c4e", new InvalidField("/arguments/status", "enum", "must be known")));

        assertThatThrownBy(() -> house.submit(submit("act_1", null))).isInstanceOf(InvalidField.class);
        assertThat(house.journal(FIRST)).isEmpty();
        assertThat(house.ledger.asked).isEmpty();
    }

    @Test
    void a_run_is_started_once_ended_once_and_only_by_its_agent() {
        RunReceipt started = house.inLane(() -> house.book.handle(new RunCommand.StartRun(RUN, CLAIM, null)));
        assertThat(started.state()).isEqualTo(RunState.OPEN);
        assertThat(house.inLane(() -> house.book.handle(new RunCommand.StartRun(RUN, CLAIM, null))))
                .isEqualTo(started);
        assertThatThrownBy(() -> house.inLane(
                        () -> house.book.handle(new RunCommand.EndRun(RUN, new AgentId(ACME, "other_agent")))))
                .isInstanceOf(NotFound.class);

        RunReceipt ended = house.inLane(() -> house.book.handle(new RunCommand.EndRun(RUN, TRIAGE)));

        assertThat(ended.state()).isEqualTo(RunState.ENDED);
        assertThat(house.inLane(() -> house.book.handle(new RunCommand.EndRun(RUN, TRIAGE))))
                .isEqualTo(ended);
        assertThat(house.ledger.asked).containsExactly("open wr_1", "close wr_1");
    }

    @Test
    void a_refused_run_is_journaled_and_may_be_started_later() {
        house.ledger.runAnswer = Optional.of(TOO_MANY);
        RunReceipt refused = house.inLane(() -> house.book.handle(new RunCommand.StartRun(RUN, CLAIM, null)));
        assertThat(refused.state()).isEqualTo(RunState.REFUSED);
        assertThat(refused.cause()).isEqualTo(TOO_MANY);
        house.ledger.runAnswer = Optional.empty();

        house.submit(submit("act_1", null));

        assertThat(house.journal(RUN))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("RunRefused", "RunStarted");
    }

    private static Registration unregistered() {
        return new Registration(TRIAGE, SUPPORT, "", "", "", "", false);
    }

    private static SubmitAction as(SubmitAction submit, Claim claim, RunId run) {
        return new SubmitAction(
                submit.action(),
                claim,
                run,
                submit.operation(),
                submit.target(),
                submit.arguments(),
                submit.dataClasses(),
                submit.model(),
                submit.tokens(),
                submit.idempotencyKey(),
                submit.parentRun());
    }

    private static SubmitAction with(SubmitAction submit, String arguments, List<String> dataClasses) {
        return new SubmitAction(
                submit.action(),
                submit.claim(),
                submit.run(),
                submit.operation(),
                new Target("zendesk", submit.target().fields()),
                arguments,
                dataClasses,
                submit.model(),
                submit.tokens(),
                submit.idempotencyKey(),
                submit.parentRun());
    }
}
