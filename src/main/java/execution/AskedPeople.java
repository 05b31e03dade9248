package execution;

import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Ruling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;

/** The part of an action's story in which people are asked. */
final class AskedPeople {

    private final String requester;
    private final List<ApprovalGranted> grants = new ArrayList<>();
    private @Nullable Hold hold;
    private @Nullable Instant requestedAt;
    private String state = "open";
    private @Nullable Instant decidedAt;
    private @Nullable String decidedBy;
    private @Nullable String reason;

    AskedPeople(String requester) {
        this.requester = requester;
    }

    void ask(Hold asked, Instant at) {
        hold = asked;
        requestedAt = at;
        grants.clear();
    }

    /** How its clock stood still while it was frozen: it is over as much later. */
    void wasFrozenFor(Duration still) {
        if (hold != null) {
            hold = new Hold(hold.needs(), hold.digest(), hold.expiresAt().plus(still));
        }
    }

    /** From when on they were asked; null where nobody was. */
    @Nullable
    Instant requestedAt() {
        return requestedAt;
    }

    /** Until when they were; null while they are. */
    @Nullable
    Instant decidedAt() {
        return decidedAt;
    }

    void then(ActionEvent event) {
        switch (event) {
            case ActionEvent.ApprovalRequested asked -> ask(asked.hold(), asked.requestedAt());
            case ApprovalGranted granted -> grants.add(granted);
            case ActionReleased released -> {
                decide("granted", released.releasedAt(), null);
                decidedBy = grants.getLast().by();
            }
            case ActionEvent.ApprovalDenied denied -> {
                decide("denied", denied.endedAt(), denied.reason());
                decidedBy = denied.by();
            }
            case ActionEvent.ApprovalExpired expired ->
                decide("expired", expired.endedAt(), expired.cause().detail());
            case ActionEvent.ApprovalVoided voided ->
                decide("voided", voided.endedAt(), voided.cause().detail());
            case ActionEvent.ActionCancelled cancelled -> {
                if (state.equals("open")) {
                    decide("cancelled", cancelled.endedAt(), null);
                }
            }
            case ActionEvent.ActionQueued _,
                    ActionEvent.ActionHeld _,
                    ActionEvent.ActionRefused _,
                    ActionEvent.ActionStarted _,
                    ActionEvent.PriorRead _,
                    ActionEvent.ResultRedacted _,
                    ActionEvent.ActionRequeued _,
                    ActionEvent.ActionSucceeded _,
                    ActionEvent.ActionFailed _,
                    ActionEvent.ActionOutcomeUnknown _,
                    ActionEvent.ChecksRequired _,
                    ActionEvent.ChecksStarted _,
                    ActionEvent.CheckPassed _,
                    ActionEvent.CheckFailed _,
                    ActionEvent.ActionReconciled _,
                    ActionEvent.ActionCompensated _,
                    ActionEvent.ArgumentsDropped _ -> {}
        }
    }

    private void decide(String as, Instant at, @Nullable String why) {
        state = as;
        decidedAt = at;
        reason = why;
    }

    @Nullable
    Cause cause(Ruling ruling) {
        return hold == null ? null : Holds.cause(hold, ruling);
    }

    ActionView.@Nullable Approval view() {
        if (hold == null || requestedAt == null) {
            return null;
        }
        return new ActionView.Approval(
                state,
                hold.digest(),
                hold.needs().stream()
                        .map(need -> new ActionView.Need(
                                need.rule(), need.roles(), need.count(), Held.granted(need, grants)))
                        .toList(),
                grants.stream()
                        .map(grant ->
                                new ActionView.Grant(grant.by(), grant.role(), grant.comment(), grant.grantedAt()))
                        .toList(),
                requester,
                requestedAt,
                hold.expiresAt(),
                decidedAt,
                decidedBy,
                reason);
    }
}
