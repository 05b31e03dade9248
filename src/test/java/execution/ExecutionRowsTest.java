package execution;

import static execution.House.META;
import static execution.House.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.ChecksStarted;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Need;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.RunEvent.RunEnded;
import execution.RunEvent.RunPaused;
import execution.RunEvent.RunRefused;
import execution.RunEvent.RunResumed;
import execution.RunEvent.RunStarted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.axonframework.eventhandling.GenericEventMessage;
import org.junit.jupiter.api.Test;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.InlineRows;

class ExecutionRowsTest {

    private static final Cause DOWN = Cause.provider("The target is down.", null);
    private static final Requested ASKED = new Requested(
            "zendesk",
            "ticket.update",
            Effect.WRITE,
            Map.of("record_id", "zd_1"),
            "zendesk.test",
            "{}",
            List.of(),
            null,
            List.of(),
            Estimate.ofSlot(200),
            "support_triage",
            "internal",
            3,
            "5c4e");
    private static final Ruling RULING = new Ruling(7, List.of());
    private static final ActionQueued QUEUED = new ActionQueued(
            "act_1", ASKED, RULING, new Reserved("tool_calls_per_day", 1, 10), "shared", 4, "c:k1", "d1", NOW);
    private static final ActionRefused REFUSED =
            new ActionRefused("act_1", ActionState.THROTTLED, ASKED, RULING, DOWN, "wait", NOW);
    private static final ActionStarted STARTED = new ActionStarted("act_1", 1, "w1", false, 3, "5c4e", NOW, null);
    private static final ActionRequeued REQUEUED = new ActionRequeued("act_1", 1, "interrupted", NOW);
    private static final Hold HOLD =
            new Hold(List.of(new Need("writes", List.of("approver"), 1, 60)), "d0", NOW.plusSeconds(60));
    private static final ActionHeld HELD = new ActionHeld("act_1", ASKED, RULING, HOLD, "c:k1", "d1", null, NOW);
    private static final ApprovalRequested ASKED_AGAIN = new ApprovalRequested("act_1", ASKED, RULING, HOLD, NOW);
    private static final ActionReleased RELEASED = new ActionReleased(
            "act_1", ASKED, RULING, new Reserved("tool_calls_per_day", 1, 10), "shared", 4, "key:k_0", NOW);
    private static final ChecksStarted CHECKING = new ChecksStarted("act_1", "w1", NOW);
    private static final CheckFailed CHECK_FAILED =
            new CheckFailed("act_1", "mail", "check_failed", null, DOWN, "change it", NOW);
    private static final List<ActionEvent> NOES = List.of(
            new ApprovalDenied("act_1", "oidc:maria", "approver", "no", DOWN, NOW),
            new ApprovalExpired("act_1", DOWN, NOW),
            new ApprovalVoided("act_1", RULING, DOWN, "ask again", NOW));
    private static final List<ActionEvent> ENDS = List.of(
            new ActionSucceeded("act_1", 1, 200, "{}", 1, NOW, null, null),
            new ActionFailed("act_1", 1, 500, "target_failed", DOWN, 1, NOW, null),
            new ActionOutcomeUnknown("act_1", 1, "no_answer", DOWN, 1, NOW, null),
            new ActionCancelled("act_1", NOW));

    private final ExecutionRows rows = new ExecutionRows();
    private final ApprovalRows approvals = new ApprovalRows();

    @Test
    void an_admitted_action_is_queued_uses_its_key_and_is_listed() {
        assertThat(written(QUEUED)).containsExactly("execution_queued", "execution_used_key", "execution_decided");
        assertThat(rows.writesUsedKeys().owns("idempotency_pkey")).isTrue();
        assertThat(rows.writesQueued().owns("idempotency_pkey")).isFalse();
    }

    @Test
    void a_refused_action_is_listed_only() {
        assertThat(written(REFUSED)).containsExactly("execution_decided");
    }

    @Test
    void a_start_marks_the_queue_entry_and_a_requeue_unmarks_it() {
        assertThat(written(STARTED)).containsExactly("execution_started", "execution_moved");
        assertThat(written(REQUEUED)).containsExactly("execution_started", "execution_moved");
        assertThat(rows.writesStarted().rows(message(STARTED)).getFirst()[2]).isEqualTo(NOW.toString());
        assertThat(rows.writesStarted().rows(message(REQUEUED)).getFirst()[2]).isNull();
    }

    @Test
    void a_start_in_the_commit_of_the_admission_is_part_of_its_rows() {
        Object[] queued = rows.writesQueued().rows(message(QUEUED)).getFirst();
        Object[] decided = rows.writesDecided().rows(message(QUEUED)).getFirst();
        var later = new ActionStarted("act_1", 1, "w1", false, 3, "5c4e", NOW.plusSeconds(1), null);

        assertThat(rows.writesStarted().onto(rows.writesQueued(), queued, row(rows.writesStarted(), later)))
                .isTrue();
        assertThat(rows.writesMoved().onto(rows.writesDecided(), decided, row(rows.writesMoved(), later)))
                .isTrue();

        assertThat(queued).endsWith(NOW.toString(), NOW.plusSeconds(1).toString());
        assertThat(decided)
                .endsWith(
                        "running",
                        null,
                        null,
                        NOW.toString(),
                        NOW.plusSeconds(1).toString());
        assertThat(rows.writesLeft().onto(rows.writesQueued(), queued, row(rows.writesLeft(), ENDS.getFirst())))
                .isFalse();
    }

    private static Object[] row(InlineRows bean, ActionEvent event) {
        return bean.rows(message(event)).getFirst();
    }

    @Test
    void every_end_leaves_the_queue() {
        ENDS.forEach(end -> assertThat(written(end)).contains("execution_left", "execution_moved"));
        assertThat(written(CHECK_FAILED)).containsExactly("execution_left", "execution_moved");
    }

    @Test
    void a_held_action_uses_its_key_and_is_listed_and_not_queued() {
        assertThat(written(HELD)).containsExactly("execution_held_key", "execution_decided", "execution_approval_open");
        assertThat(rows.writesHeldKeys().owns("idempotency_pkey")).isTrue();
    }

    @Test
    void a_released_action_is_queued_on_behalf_of_its_requester() {
        assertThat(written(RELEASED)).containsExactly("execution_queued", "execution_moved", "execution_approval_over");
        assertThat(rows.writesQueued().rows(message(RELEASED)).getFirst()[8].toString())
                .contains("key:k_0")
                .doesNotContain("key:k_1");
    }

    @Test
    void a_check_marks_the_queue_entry_and_asking_people_takes_it_out() {
        assertThat(written(CHECKING)).containsExactly("execution_started", "execution_moved");
        assertThat(written(ASKED_AGAIN))
                .containsExactly("execution_left", "execution_moved", "execution_approval_open");
    }

    @Test
    void every_no_of_people_ends_the_approval() {
        NOES.forEach(no -> assertThat(written(no)).contains("execution_moved", "execution_approval_over"));
    }

    @Test
    void a_runs_row_follows_each_of_its_events() {
        for (RunEvent event : List.of(
                new RunStarted("wr_1", "a", "w", "wr_0", NOW),
                new RunPaused("wr_1", "a", "w", NOW, DOWN, NOW),
                new RunResumed("wr_1", "a", "w", NOW, NOW),
                new RunRefused("wr_1", "a", "w", DOWN, NOW),
                new RunEnded("wr_1", "a", "w", NOW, NOW))) {
            assertThat(written(event)).containsExactly("execution_run");
        }
    }

    @Test
    void rows_begin_with_tenant_and_key_and_have_a_value_for_each_type() {
        List<Object> events = new ArrayList<>(ENDS);
        events.addAll(NOES);
        events.addAll(List.of(QUEUED, REFUSED, STARTED, REQUEUED, HELD, ASKED_AGAIN, RELEASED, CHECKING, CHECK_FAILED));
        for (InlineRows bean : all()) {
            for (Object event : events) {
                for (Object[] row : bean.rows(message(event))) {
                    assertThat(row).as(bean.name()).hasSameSizeAs(bean.types());
                    assertThat(row[0]).isEqualTo("tenant_acme");
                    assertThat(row[1]).isIn("act_1", "c:k1");
                    assertThat(bean.statement().chars().filter(character -> character == '?'))
                            .hasSameSizeAs(bean.types());
                }
            }
        }
    }

    private List<InlineRows> all() {
        return List.of(
                rows.writesQueued(),
                rows.writesStarted(),
                rows.writesLeft(),
                rows.writesUsedKeys(),
                rows.writesHeldKeys(),
                rows.writesDecided(),
                rows.writesMoved(),
                rows.writesRuns(),
                approvals.writesOpenApprovals(),
                approvals.writesDecidedApprovals());
    }

    private List<String> written(Object event) {
        return all().stream()
                .filter(bean -> !bean.rows(message(event)).isEmpty())
                .map(InlineRows::name)
                .toList();
    }

    private static GenericEventMessage<Object> message(Object event) {
        return new GenericEventMessage<>(event, META);
    }
}
