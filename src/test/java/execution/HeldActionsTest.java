package execution;

import static execution.House.ACME;
import static execution.House.META;
import static execution.House.NOW;
import static execution.House.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.DenyApproval;
import execution.ActionCommand.ExpireApproval;
import execution.ActionCommand.GrantApproval;
import execution.ActionCommand.StartAction;
import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.ChecksRequired;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import policy.Layer;
import policy.Verdict;
import policy.Verdict.Approval;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import quota.Limits;
import quota.Reservation;
import tenancy.ActionId;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.ContainmentScope;
import tenancy.InvalidField;
import tenancy.Posture;
import tenancy.Refusal;
import tenancy.Restriction;
import tenancy.Role;
import tenancy.Target;

/** What waits for people, and what comes of what they say. */
class HeldActionsTest {

    private static final ActionId ACTION = new ActionId(ACME, "act_1");
    private static final Approver MARIA = new Approver("oidc:maria", Role.APPROVER);
    private static final Approver PAUL = new Approver("oidc:paul", Role.APPROVER);
    private static final Approver ADMIN = new Approver("key:k_admin", Role.TENANT_ADMIN);
    private static final Duration A_DAY = Duration.ofHours(24);
    private static final List<Reason> REASONS =
            List.of(new Reason("writes", Layer.PROFILE, 7, "Writes need a person."));
    private static final Verdict ONE = needs(new Approval("writes", List.of("approver"), 1, A_DAY));
    private static final Cause SPENT =
            Cause.limit(Cause.Owner.TENANT, "budget", "tool_calls_per_day", 10, 10, NOW.plusSeconds(60));

    private final House house = new House();

    @BeforeEach
    void needsOne() {
        house.policies = envelope -> ONE;
    }

    @Test
    void is_held_without_budget_or_run_and_uses_its_key() {
        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.APPROVAL_REQUIRED);
        assertThat(receipt.cause())
                .extracting(Cause::owner, Cause::kind, Cause::rule)
                .containsExactly(Cause.Owner.POLICY, "approval", "writes");
        assertThat(receipt.remedy()).contains("/v1/approvals/act_1:grant");
        assertThat(house.journal(ACTION)).singleElement().isInstanceOfSatisfying(ActionHeld.class, held -> {
            assertThat(held.hold().expiresAt()).isEqualTo(NOW.plus(A_DAY));
            assertThat(held.hold().digest()).matches("[0-9a-f]{64}");
            assertThat(held.requested().arguments()).isEqualTo("{\"status\":\"solved\"}");
        });
        assertThat(house.ledger.asked).isEmpty();
        assertThat(house.journal(House.RUN)).isEmpty();
        assertThat(house.backlog.queued(ACME)).isZero();
        assertThat(house.deadlines).containsEntry(ACTION, NOW.plus(A_DAY));
        Receipt again = house.submit(submit("act_2", "k1"));
        assertThat(again.replayed()).isTrue();
        assertThat(again.action()).isEqualTo(ACTION);
        assertThat(again.state()).isEqualTo(ActionState.APPROVAL_REQUIRED);
    }

    @Test
    void a_grant_queues_it_in_the_same_commit_with_budget_and_run() {
        house.submit(submit("act_1", "k1"));

        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());

        assertThat(house.journal(ACTION)).hasSize(3);
        assertThat(house.journal(ACTION).get(1))
                .isEqualTo(new ApprovalGranted("act_1", "oidc:maria", "approver", "fine", NOW));
        assertThat(house.journal(ACTION).get(2)).isInstanceOfSatisfying(ActionReleased.class, released -> {
            assertThat(released.requester()).isEqualTo("key:k_1");
            assertThat(released.reservation().budget()).isEqualTo("tool_calls_per_day");
        });
        assertThat(house.ledger.asked).containsExactly("reserve act_1", "open wr_1");
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
        assertThat(start())
                .isInstanceOfSatisfying(
                        Start.Go.class, go -> assertThat(go.idempotencyKey()).isEqualTo("k1"));
    }

    @Test
    void is_granted_once_and_consumed_once() {
        house.submit(submit("act_1", "k1"));
        grant(MARIA);

        refused("not_awaiting_approval", () -> grant(MARIA));
        refused("not_awaiting_approval", () -> grant(PAUL));

        assertThat(house.journal(ACTION))
                .filteredOn(ActionReleased.class::isInstance)
                .hasSize(1);
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
    }

    @Test
    void neither_requester_nor_agents_nor_other_roles_grant_or_deny() {
        house.submit(submit("act_1", "k1"));

        refused("requester_cannot_approve", () -> grant(new Approver("key:k_1", Role.APPROVER)));
        refused("requester_cannot_approve", () -> deny(new Approver("key:k_1", Role.APPROVER)));
        refused("agent_cannot_approve", () -> grant(new Approver("key:k_2", Role.AGENT)));
        refused("not_an_approver", () -> grant(ADMIN));

        assertThat(house.journal(ACTION)).hasSize(1);
    }

    @Test
    void two_people_are_two_principals_and_each_rule_is_satisfied() {
        house.policies = envelope -> needs(
                new Approval("writes", List.of("approver"), 2, A_DAY),
                new Approval("money", List.of("tenant_admin"), 1, Duration.ofHours(1)));
        house.submit(submit("act_1", "k1"));
        assertThat(house.deadlines).containsEntry(ACTION, NOW.plusSeconds(3_600));

        assertThat(grant(MARIA)).isEqualTo(new Granting.More());
        assertThat(grant(MARIA)).as("again").isEqualTo(new Granting.More());
        assertThat(grant(ADMIN)).isEqualTo(new Granting.More());
        assertThat(house.journal(ACTION)).hasSize(3);
        assertThat(house.backlog.queued(ACME)).isZero();

        assertThat(grant(PAUL)).isEqualTo(new Granting.Released());
    }

    @Test
    void another_argument_is_another_digest_and_a_grant_of_the_other_is_refused() {
        house.submit(submit("act_1", "k1"));
        var other = submit("act_2", "k2");
        house.submit(new ActionCommand.SubmitAction(
                other.action(),
                other.claim(),
                other.run(),
                other.operation(),
                other.target(),
                "{\"status\":\"open\"}",
                other.dataClasses(),
                other.model(),
                other.tokens(),
                "k2",
                null));
        String digest = digest(ACTION);
        String otherDigest = digest(other.action());

        assertThat(otherDigest).isNotEqualTo(digest);
        refused("approval_digest_mismatch", () -> grant(MARIA, otherDigest, NOW));
        assertThat(grant(MARIA, digest, NOW)).isEqualTo(new Granting.Released());
    }

    @Test
    void the_digest_stands_for_target_policy_version_and_schema_too() {
        house.submit(submit("act_1", "k1"));
        var held = (ActionHeld) house.journal(ACTION).getFirst();
        var ruling = new ActionEvent.Ruling(8, held.ruling().rules());
        var asked = held.requested();

        assertThat(Holds.digest(asked, held.ruling())).isEqualTo(held.hold().digest());
        assertThat(Holds.digest(asked, ruling)).isNotEqualTo(held.hold().digest());
        assertThat(Holds.digest(with(asked, Map.of("record_id", "zd_2"), "5c4e"), held.ruling()))
                .isNotEqualTo(held.hold().digest());
        assertThat(Holds.digest(with(asked, asked.target(), "other"), held.ruling()))
                .isNotEqualTo(held.hold().digest());
    }

    @Test
    void what_the_policy_of_that_moment_denies_is_voided() {
        house.submit(submit("act_1", "k1"));
        house.policies = envelope ->
                new Denied(8, List.of(new Reason("stop", Layer.TENANT, 3, "Nothing leaves.")), "change rule stop");

        assertThat(grant(MARIA))
                .isInstanceOfSatisfying(
                        Granting.Voided.class,
                        voided -> assertThat(voided.cause().rule()).isEqualTo("stop"));

        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ApprovalVoided.class, voided -> {
            assertThat(voided.cause()).isEqualTo(Cause.rule("stop", 8, "Nothing leaves."));
            assertThat(voided.remedy()).isEqualTo("change rule stop");
        });
        assertThat(house.ledger.asked).isEmpty();
        refused("not_awaiting_approval", () -> grant(PAUL));
    }

    @Test
    void what_needs_others_now_is_asked_again_and_earlier_grants_count_no_more() {
        house.submit(submit("act_1", "k1"));
        house.policies = envelope ->
                new NeedsApproval(8, REASONS, List.of(new Approval("writes", List.of("approver"), 2, A_DAY)), null);

        assertThat(grant(MARIA)).isInstanceOf(Granting.Changed.class);

        assertThat(house.journal(ACTION).getLast())
                .isInstanceOfSatisfying(
                        ApprovalRequested.class,
                        asked -> assertThat(asked.hold().needs().getFirst().count())
                                .isEqualTo(2));
        assertThat(grant(MARIA)).isEqualTo(new Granting.More());
        assertThat(grant(PAUL)).isEqualTo(new Granting.Released());
    }

    @Test
    void another_version_that_needs_the_same_people_is_covered() {
        house.submit(submit("act_1", "k1"));
        house.policies = envelope ->
                new NeedsApproval(8, REASONS, List.of(new Approval("writes", List.of("approver"), 1, A_DAY)), null);

        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());
        assertThat(((ActionReleased) house.journal(ACTION).getLast()).ruling().version())
                .isEqualTo(8);
    }

    @Test
    void another_description_of_the_operation_is_seen_before_it_is_granted() {
        house.submit(submit("act_1", "k1"));
        house.connectors = House.connectors(new House.Described(false, "other", null));

        assertThat(grant(MARIA)).isInstanceOf(Granting.Changed.class);
        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());
    }

    @Test
    void what_was_granted_is_void_if_the_operation_is_described_otherwise_before_it_starts() {
        house.submit(submit("act_1", "k1"));
        grant(MARIA);
        house.connectors = House.connectors(new House.Described(false, "other", null));

        assertThat(start()).isEqualTo(new Start.Skip(ActionState.FAILED));
        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ActionFailed.class, failed -> {
            assertThat(failed.code()).isEqualTo("operation_changed");
            assertThat(failed.requests()).isZero();
        });
        assertThat(house.ledger.asked).contains("release act_1");
    }

    @Test
    void nothing_is_granted_or_started_while_the_operation_is_quarantined() {
        house.submit(submit("act_1", "k1"));
        house.connectors = House.connectors(House.Described.waiting());
        assertThat(grant(MARIA)).isInstanceOf(Granting.Withheld.class);
        assertThat(house.journal(ACTION)).hasSize(1);
        house.connectors = House.connectors(new House.Described());
        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());
        house.connectors = House.connectors(House.Described.waiting());

        assertThat(start()).isEqualTo(new Start.Skip(ActionState.FAILED));
        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ActionFailed.class, failed -> {
            assertThat(failed.code()).isEqualTo("operation_quarantined");
            assertThat(failed.cause().detail()).isEqualTo("It was changed.");
        });
    }

    @Test
    void an_agent_that_was_retired_or_arguments_that_do_not_fit_void_it() {
        house.submit(submit("act_1", "k1"));
        house.submit(submit("act_2", "k2"));
        house.connectors = House.connectors(
                new House.Described(false, "other", new InvalidField("/arguments/status", "enum", "must be known")));
        assertThat(grant(MARIA)).isInstanceOf(Granting.Voided.class);
        house.connectors = House.connectors(new House.Described());
        Registration was = house.registration;
        house.registration = new Registration(
                was.agent(),
                was.workspace(),
                was.agentClass(),
                was.trustZone(),
                was.policyProfile(),
                was.quotaClass(),
                false);

        ActionId second = new ActionId(ACME, "act_2");
        Granting came =
                house.inLane(() -> house.held.handle(new GrantApproval(second, MARIA, null, "fine", NOW), META));

        assertThat(came)
                .isInstanceOfSatisfying(
                        Granting.Voided.class,
                        voided -> assertThat(voided.cause().detail()).contains("retired"));
    }

    @Test
    void without_room_nothing_is_granted_and_the_same_grant_succeeds_later() {
        house.submit(submit("act_1", "k1"));
        Reservation granted = house.ledger.answer;
        house.ledger.answer = new Reservation.BudgetExceeded(SPENT);

        assertThat(grant(MARIA))
                .isEqualTo(new Granting.NoRoom(ActionState.BUDGET_EXCEEDED, SPENT, "raise_limit_or_wait"));
        house.ledger.answer = granted;
        house.limits = new Limits(100, 100, 10, 1_000, 1, 5, 0);
        assertThat(grant(MARIA)).isInstanceOf(Granting.NoRoom.class);
        house.limits = new Limits(100, 100, 10, 1_000, 1, 5, 3);
        house.ledger.runAnswer = Optional.of(SPENT);
        assertThat(grant(MARIA)).isInstanceOf(Granting.NoRoom.class);
        assertThat(house.ledger.asked).endsWith("release act_1");
        assertThat(house.journal(ACTION)).hasSize(1);

        house.ledger.runAnswer = Optional.empty();
        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());
    }

    @Test
    void a_grant_that_comes_too_late_ends_it() {
        house.submit(submit("act_1", "k1"));
        CompletableFuture<ActionEvent> told = house.outcomes.of(ACTION);

        assertThat(grant(MARIA, null, NOW.plus(A_DAY))).isEqualTo(new Granting.Expired());

        assertThat(house.journal(ACTION).getLast()).isInstanceOf(ApprovalExpired.class);
        assertThat(told).isCompletedWithValueMatching(ApprovalExpired.class::isInstance);
        assertThat(house.ledger.asked).isEmpty();
    }

    @Test
    void a_deadline_ends_only_what_waits_and_is_over() {
        house.submit(submit("act_1", "k1"));

        assertThat(expire(NOW.plus(A_DAY).minusSeconds(1))).isEqualTo(ActionState.APPROVAL_REQUIRED);
        assertThat(expire(NOW.plus(A_DAY))).isEqualTo(ActionState.DENIED);
        assertThat(expire(NOW.plus(A_DAY))).isEqualTo(ActionState.DENIED);

        assertThat(house.journal(ACTION)).hasSize(2);
    }

    @Test
    void its_time_stands_still_while_it_is_frozen_and_nobody_grants_it_then() {
        house.submit(submit("act_1", "k1"));
        house.restriction = frozen();
        house.still = Duration.ofHours(30);

        assertThat(grant(MARIA, null, NOW.plus(A_DAY))).isInstanceOf(Granting.Contained.class);
        assertThat(expire(NOW.plus(A_DAY))).isEqualTo(ActionState.APPROVAL_REQUIRED);
        assertThat(house.journal(ACTION)).hasSize(1);
        // It is looked at again when its time can be over.
        assertThat(house.deadlines).containsEntry(ACTION, NOW.plus(A_DAY).plus(house.still));

        house.restriction = null;
        assertThat(expire(NOW.plus(A_DAY).plus(house.still).minusSeconds(1))).isEqualTo(ActionState.APPROVAL_REQUIRED);
        assertThat(expire(NOW.plus(A_DAY).plus(house.still))).isEqualTo(ActionState.DENIED);
    }

    @Test
    void what_is_queued_waits_while_it_is_contained_and_starts_afterwards() {
        house.policies = envelope -> House.ALLOWED;
        house.submit(submit("act_1", "k1"));
        house.restriction = frozen();

        assertThat(house.inLane(() -> house.progress.handle(new StartAction(ACTION, "worker", NOW))))
                .isEqualTo(new Start.Held(7));
        assertThat(house.journal(ACTION)).hasSize(1);
        assertThat(house.backlog.queued(ACME)).isEqualTo(1);
        assertThat(house.ledger.asked).doesNotContain("release act_1");

        house.restriction = null;
        assertThat(house.inLane(() -> house.progress.handle(new StartAction(ACTION, "worker", NOW))))
                .isInstanceOf(Start.Go.class);
    }

    @Test
    void what_people_agreed_to_starts_where_they_have_to_be_asked() {
        house.policies = envelope -> House.ALLOWED;
        house.submit(submit("act_1", "k1"));
        house.restriction = restriction(Posture.APPROVAL_ALL);
        assertThat(house.inLane(() -> house.progress.handle(new StartAction(ACTION, "worker", NOW))))
                .isInstanceOf(Start.Held.class);

        ActionId asked = new ActionId(ACME, "act_2");
        assertThat(house.submit(submit("act_2", "k2")).state()).isEqualTo(ActionState.APPROVAL_REQUIRED);
        assertThat(house.inLane(() -> house.held.handle(new GrantApproval(asked, MARIA, null, "fine", NOW), META)))
                .isEqualTo(new Granting.Released());
        assertThat(house.inLane(() -> house.progress.handle(new StartAction(asked, "worker", NOW))))
                .isInstanceOf(Start.Go.class);
    }

    private static Restriction frozen() {
        return restriction(Posture.FROZEN);
    }

    private static Restriction restriction(Posture posture) {
        return new Restriction(
                "cnt_1",
                new ContainmentScope(ContainmentScope.Kind.AGENT, House.TRIAGE.key()),
                posture,
                "For a test.",
                Cause.Owner.TENANT,
                "key:k_admin",
                7,
                NOW,
                null);
    }

    @Test
    void a_denial_says_who_and_why_and_is_final() {
        house.submit(submit("act_1", "k1"));

        assertThat(deny(MARIA)).isEqualTo(ActionState.DENIED);

        assertThat(house.journal(ACTION).getLast()).isInstanceOfSatisfying(ApprovalDenied.class, denied -> {
            assertThat(denied.by()).isEqualTo("oidc:maria");
            assertThat(denied.reason()).isEqualTo("not today");
            assertThat(denied.cause().detail()).contains("oidc:maria", "not today");
        });
        refused("not_awaiting_approval", () -> grant(PAUL));
    }

    @Test
    void is_cancelled_while_it_is_held() {
        house.submit(submit("act_1", "k1"));

        assertThat(house.inLane(() -> house.progress.handle(new CancelAction(ACTION, NOW))))
                .isEqualTo(ActionState.CANCELLED);

        assertThat(house.journal(ACTION).getLast()).isInstanceOf(ActionCancelled.class);
        assertThat(house.ledger.asked).isEmpty();
        refused("not_awaiting_approval", () -> grant(MARIA));
    }

    @Test
    void no_more_are_held_than_may_be() {
        house.heldBefore = 2;

        Receipt receipt = house.submit(submit("act_1", "k1"));

        assertThat(receipt.state()).isEqualTo(ActionState.THROTTLED);
        assertThat(receipt.cause()).extracting(Cause::limit).isEqualTo("held_actions");
        assertThat(house.journal(ACTION)).singleElement().isInstanceOf(ActionRefused.class);
        assertThat(house.deadlines).isEmpty();
    }

    @Test
    void those_of_the_same_batch_are_counted_too() {
        house.heldBefore = 1;

        List<ActionState> states = house.inLane(() -> List.of(
                house.admission.handle(submit("act_1", "k1"), META).state(),
                house.admission.handle(submit("act_2", "k2"), META).state()));

        assertThat(states).containsExactly(ActionState.APPROVAL_REQUIRED, ActionState.THROTTLED);
    }

    @Test
    void a_check_that_the_policy_asks_for_by_now_is_run_after_the_grant() {
        house.submit(submit("act_1", "k1"));
        house.policies = envelope -> new NeedsCheck(
                8,
                REASONS,
                List.of(new Verdict.Check("mail", "classifier", "classify", Map.of(), Map.of(), "true")),
                List.of(new Approval("writes", List.of("approver"), 1, A_DAY)),
                null);

        assertThat(grant(MARIA)).isEqualTo(new Granting.Released());

        assertThat(house.journal(ACTION).getLast())
                .isInstanceOfSatisfying(
                        ChecksRequired.class,
                        checks -> assertThat(checks.needs()).isEmpty());
        house.connectors = House.connectors(new House.Described(false, "5c4e", null, tenancy.Effect.READ));
        assertThat(start()).isInstanceOf(Start.Check.class);
    }

    @Test
    void what_is_simply_allowed_has_one_event_and_no_deadline() {
        house.policies = envelope -> House.ALLOWED;

        house.submit(submit("act_1", "k1"));

        assertThat(house.journal(ACTION)).singleElement().isInstanceOf(ActionQueued.class);
        assertThat(house.deadlines).isEmpty();
    }

    private static NeedsApproval needs(Approval... approvals) {
        return new NeedsApproval(7, REASONS, List.of(approvals), null);
    }

    private String digest(ActionId action) {
        return ((ActionHeld) house.journal(action).getFirst()).hold().digest();
    }

    private Granting grant(Approver approver) {
        return grant(approver, null, NOW);
    }

    private Granting grant(Approver approver, @Nullable String digest, Instant at) {
        return house.inLane(() -> house.held.handle(new GrantApproval(ACTION, approver, digest, "fine", at), META));
    }

    private ActionState deny(Approver approver) {
        return house.inLane(() -> house.held.handle(new DenyApproval(ACTION, approver, "not today", NOW)));
    }

    private ActionState expire(Instant at) {
        return house.inLane(() -> house.held.handle(new ExpireApproval(ACTION, at)));
    }

    private Start start() {
        return house.inLane(() -> house.progress.handle(new StartAction(ACTION, "w1", NOW)));
    }

    private static ActionEvent.Requested with(
            ActionEvent.Requested asked, Map<String, String> target, String schemaDigest) {
        var changed = new Target(asked.system(), target);
        return new ActionEvent.Requested(
                asked.system(),
                asked.operation(),
                asked.effect(),
                changed.fields(),
                asked.destination(),
                asked.given(),
                asked.dataClasses(),
                asked.model(),
                asked.recipients(),
                asked.estimate(),
                asked.agentClass(),
                asked.trustZone(),
                asked.connectorVersion(),
                schemaDigest);
    }

    private static void refused(String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable asked) {
        assertThatThrownBy(asked)
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(code));
    }
}
