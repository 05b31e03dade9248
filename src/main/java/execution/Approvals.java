package execution;

import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.Conflict;
import tenancy.Forbidden;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Grants and denials, as their senders are answered: what came of each is committed before it is told. */
@Component
class Approvals {

    private final Actions actions;
    private final TenantCommands commands;
    private final Payloads payloads;
    private final Clock clock;

    Approvals(Actions actions, TenantCommands commands, Payloads payloads, Clock clock) {
        this.actions = actions;
        this.commands = commands;
        this.payloads = payloads;
        this.clock = clock;
    }

    /** @throws NotFound if no such action ever waited for people */
    ApprovalView find(ActionId action) {
        ActionView view = held(action);
        return ApprovalView.of(view, Objects.requireNonNull(view.approval()), arguments(view, action));
    }

    private ActionView held(ActionId action) {
        ActionView view = actions.find(action, null);
        if (view.approval() == null) {
            throw new NotFound("approval", action.key());
        }
        return view;
    }

    /** Whoever is asked to agree sees to what, even where that is kept only until it is decided. */
    private @Nullable JsonNode arguments(ActionView view, ActionId action) {
        return view.arguments() == null && view.state() == ActionState.APPROVAL_REQUIRED
                ? payloads.arguments(action).map(StoredJson::tree).orElse(null)
                : view.arguments();
    }

    /** @param digest what the approver has seen; null if it does not say */
    ApprovalView grant(
            TenantContext context, Approver approver, ActionId action, @Nullable String digest, String comment) {
        Granting came = commands.ask(
                of(context, action),
                new ActionCommand.GrantApproval(action, approver, digest, comment, clock.instant()));
        return switch (came) {
            case Granting.More _, Granting.Released _ -> find(action);
            case Granting.Expired _ -> throw expired(action);
            case Granting.Contained contained ->
                throw new ContainedNow(
                        "Nothing was granted, and it can be granted after the release", contained.restriction());
            case Granting.Voided voided ->
                throw new Conflict(
                        "approval_voided",
                        "What was asked for is not allowed any more, and nothing was done: %s To change that: %s"
                                .formatted(voided.cause().detail(), voided.remedy()));
            case Granting.Withheld withheld ->
                throw new Forbidden(
                        "operation_quarantined",
                        "%s; nothing was granted. To change that: %s"
                                .formatted(
                                        withheld.why().cause().detail(),
                                        withheld.why().remedy()));
            case Granting.Changed changed ->
                throw new Conflict(
                        "approval_changed",
                        "The policy or the connector has changed since: read the approval again. Its digest is now %s."
                                .formatted(changed.digest()));
            case Granting.NoRoom none ->
                throw new NoRoomToRun(
                        none.state(),
                        none.cause(),
                        DecisionProblem.secondsUntil(none.cause().resetsAt(), clock.instant()));
        };
    }

    ApprovalView deny(TenantContext context, Approver approver, ActionId action, String reason) {
        ActionState unused = commands.ask(
                of(context, action), new ActionCommand.DenyApproval(action, approver, reason, clock.instant()));
        ApprovalView after = find(action);
        if (after.state().equals("expired")) {
            throw expired(action);
        }
        return after;
    }

    private static Conflict expired(ActionId action) {
        return new Conflict("approval_expired", "The time to decide on action %s is over.".formatted(action.key()));
    }

    /** The context in which it was asked for, with the approver as principal. */
    private TenantContext of(TenantContext context, ActionId action) {
        return held(action).askedIn(context);
    }
}
