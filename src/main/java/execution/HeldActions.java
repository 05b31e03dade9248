package execution;

import execution.ActionCommand.DenyApproval;
import execution.ActionCommand.ExpireApproval;
import execution.ActionCommand.GrantApproval;
import execution.ActionCommand.SubmitAction;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Need;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Ruling;
import execution.gateway.Quarantined;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.Policies;
import policy.Verdict;
import quota.Quotas;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.Refusal;
import tenancy.Restriction;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * People agree, or do not. The grant that completes what was asked for decides everything again, under the policy, the
 * registration, the connector and the budget of that moment, and queues the action in the same transaction: it is
 * consumed as it is given, once.
 */
@Component
class HeldActions {

    private static final Duration SOON = Duration.ofSeconds(1);

    /** A grant looks at the time by itself: it is only told a little later that nobody gave one. */
    private static final Duration LOOKS_WHILE_STILL = Duration.ofSeconds(10);

    private final Requests requests;
    private final Restraints restraints;
    private final RunBook runs;
    private final Policies policies;
    private final Quotas quotas;
    private final Backlog backlog;
    private final Holds holds;
    private final Outcomes outcomes;
    private final Repository<Action> actions;
    private final ExecutionSettings settings;
    private final Payloads payloads;

    HeldActions(
            Requests requests,
            Restraints restraints,
            RunBook runs,
            Policies policies,
            Quotas quotas,
            Backlog backlog,
            Holds holds,
            Outcomes outcomes,
            Repository<Action> actions,
            ExecutionSettings settings,
            Payloads payloads) {
        this.requests = requests;
        this.restraints = restraints;
        this.runs = runs;
        this.policies = policies;
        this.quotas = quotas;
        this.backlog = backlog;
        this.holds = holds;
        this.outcomes = outcomes;
        this.actions = actions;
        this.settings = settings;
        this.payloads = payloads;
    }

    /** A held action at the moment of its last grant. */
    private record Case(
            Aggregate<Action> action,
            GrantApproval grant,
            Held held,
            Requests.Joined joined,
            boolean runIsOpen,
            Claim claim,
            RunId run,
            @Nullable RunId parentRun,
            MetaData metaData) {

        Requested requested() {
            return Requests.requested(joined.envelope(), joined.operation());
        }

        Instant now() {
            return grant.at();
        }
    }

    @CommandHandler
    Granting handle(GrantApproval grant, MetaData metaData) {
        Aggregate<Action> action = load(grant.action());
        Held held = held(action, grant.action());
        grant.approver().check(held);
        if (grant.digest() != null && !grant.digest().equals(held.hold().digest())) {
            throw new Conflict(
                    "approval_digest_mismatch",
                    "Action %s is not what this digest stands for; read it again before you grant it."
                            .formatted(grant.action().key()));
        }
        if (isOver(grant.action(), held, grant.at())) {
            expire(action, grant.action(), held, grant.at());
            return new Granting.Expired();
        }
        if (held.isGrantedBy(grant.approver().principal())) {
            // Said before: it counts once, and is answered like the first time.
            return new Granting.More();
        }
        var given = new ApprovalGranted(
                grant.action().key(),
                grant.approver().principal(),
                grant.approver().roleWord(),
                grant.comment(),
                grant.at());
        if (!held.and(given).isGranted()) {
            action.execute(waiting -> waiting.grant(grant.approver(), grant.comment(), grant.at()));
            return new Granting.More();
        }
        return decideAgain(action, grant, held, metaData);
    }

    /** Nothing is applied before it is clear what: whoever throws here leaves everything as it was. */
    private Granting decideAgain(Aggregate<Action> action, GrantApproval grant, Held held, MetaData metaData) {
        SubmitAction submit = again(grant.action(), held, metaData);
        Case asked;
        try {
            asked = new Case(
                    action,
                    grant,
                    held,
                    requests.join(submit),
                    runs.isOpen(submit.run(), submit.claim().agent(), submit.parentRun()),
                    submit.claim(),
                    submit.run(),
                    submit.parentRun(),
                    metaData);
        } catch (Refusal changed) {
            if (changed.kind() == Refusal.Kind.UNAVAILABLE) {
                throw changed;
            }
            Cause cause = new Cause(
                    Cause.Owner.TENANT,
                    "registration",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "What was asked for cannot be done any more: " + changed.getMessage());
            return voided(action, grant, null, cause, "ask for it again");
        }
        Restriction restriction = restraints.on(asked.joined().envelope());
        if (restriction != null
                && Restraints.forbids(restriction, asked.joined().operation())) {
            return new Granting.Contained(restriction);
        }
        Verdict verdict =
                Restraints.under(restriction, policies.decide(asked.joined().envelope()));
        Quarantined waits = asked.joined().operation().quarantine();
        if (waits != null && !(verdict instanceof Verdict.Denied)) {
            return new Granting.Withheld(waits);
        }
        return switch (verdict) {
            case Verdict.Denied denied ->
                voided(action, grant, Rulings.of(denied), Rulings.cause(denied), denied.remedy());
            case Verdict.NeedsApproval needed ->
                settled(asked, Rulings.of(needed), Rulings.needs(needed.approvals()), null);
            case Verdict.NeedsCheck needed ->
                settled(
                        asked,
                        Rulings.of(needed),
                        Rulings.needs(needed.approvals()),
                        // Asked again, however often they have passed: people take their time.
                        new ChecksRequired(
                                grant.action().key(), Rulings.questions(needed.checks()), List.of(), grant.at()));
            case Verdict.Allowed allowed -> settled(asked, Rulings.of(allowed), List.of(), null);
        };
    }

    /** What was agreed to covers what is needed now, or people are asked again. */
    private Granting settled(Case asked, Ruling ruling, List<Need> needs, @Nullable ChecksRequired checks) {
        Requested whole = asked.requested();
        Requested requested = Payloads.like(asked.held().requested(), whole);
        Requested seen = asked.held().requested();
        boolean asSeen = seen.schemaDigest().equals(requested.schemaDigest())
                && seen.destination().equals(requested.destination())
                && asked.held().hold().needs().containsAll(needs);
        if (needs.isEmpty() || asSeen) {
            return reserve(asked, requested, ruling, checks);
        }
        Hold hold = holds.open(asked.grant().action(), whole, ruling, needs, asked.now());
        asked.action().execute(waiting -> waiting.ask(requested, ruling, hold, asked.now()));
        return new Granting.Changed(hold.digest());
    }

    private Granting reserve(Case asked, Requested requested, Ruling ruling, @Nullable ChecksRequired checks) {
        Optional<Cause> full = Admission.queueIsFull(backlog, asked.joined().envelope());
        if (full.isPresent()) {
            return new Granting.NoRoom(ActionState.THROTTLED, full.get(), Admission.WAIT);
        }
        return switch (quotas.reserve(asked.joined().envelope(), asked.now())) {
            case Throttled throttled -> new Granting.NoRoom(ActionState.THROTTLED, throttled.cause(), Admission.WAIT);
            case BudgetExceeded spent -> {
                runs.pauseAt(asked.run(), spent.cause(), asked.now());
                yield new Granting.NoRoom(ActionState.BUDGET_EXCEEDED, spent.cause(), Admission.RAISE_OR_WAIT);
            }
            case Granted granted -> {
                Optional<Cause> tooMany = asked.runIsOpen()
                        ? Optional.empty()
                        : runs.open(asked.run(), asked.claim(), asked.parentRun(), asked.now());
                if (tooMany.isPresent()) {
                    quotas.release(asked.grant().action(), asked.now());
                    yield new Granting.NoRoom(RunBook.stateOf(tooMany.get()), tooMany.get(), Admission.WAIT);
                }
                if (asked.runIsOpen()) {
                    runs.goesOn(asked.run(), asked.now());
                }
                yield release(asked, requested, ruling, granted, checks);
            }
        };
    }

    private Granting release(
            Case asked, Requested requested, Ruling ruling, Granted granted, @Nullable ChecksRequired checks) {
        ActionId id = asked.grant().action();
        var released = new ActionReleased(
                id.key(),
                requested,
                ruling,
                Admission.reserved(granted),
                settings.poolFor(id.tenant(), asked.joined().operation().pool()),
                asked.joined().operation().bulkhead(),
                asked.held().requester(),
                asked.now(),
                asked.joined().operation().operationBulkhead());
        asked.action().execute(waiting -> {
            waiting.grant(asked.grant().approver(), asked.grant().comment(), asked.now());
            waiting.release(released, checks);
        });
        backlog.queue(Admission.waiting(id, asked.action().invoke(Action::queued), true, asked.metaData())
                .onBehalfOf(asked.held().requester()));
        return new Granting.Released();
    }

    private Granting voided(
            Aggregate<Action> action, GrantApproval grant, @Nullable Ruling ruling, Cause cause, String remedy) {
        end(action, grant.action(), new ApprovalVoided(grant.action().key(), ruling, cause, remedy, grant.at()));
        return new Granting.Voided(cause, remedy);
    }

    @CommandHandler
    ActionState handle(DenyApproval deny) {
        Aggregate<Action> action = load(deny.action());
        Held held = held(action, deny.action());
        deny.approver().check(held);
        if (isOver(deny.action(), held, deny.at())) {
            expire(action, deny.action(), held, deny.at());
            return ActionState.DENIED;
        }
        Cause cause = cause(held, "Denied by %s: %s".formatted(deny.approver().principal(), deny.reason()));
        end(
                action,
                deny.action(),
                new ApprovalDenied(
                        deny.action().key(),
                        deny.approver().principal(),
                        deny.approver().roleWord(),
                        deny.reason(),
                        cause,
                        deny.at()));
        return ActionState.DENIED;
    }

    @CommandHandler
    ActionState handle(ExpireApproval expire) {
        Aggregate<Action> action = load(expire.action());
        if (action.invoke(Action::state) == ActionState.APPROVAL_REQUIRED) {
            Held held = action.invoke(Action::held);
            if (isOver(expire.action(), held, expire.at())) {
                expire(action, expire.action(), held, expire.at());
            } else {
                // Its time stood still, or still does: it is over later than was said.
                holds.lookAgain(expire.action(), nextLook(expire.action(), held, expire.at()));
            }
        }
        return action.invoke(Action::state);
    }

    private void expire(Aggregate<Action> action, ActionId id, Held held, Instant now) {
        Cause cause = cause(
                held,
                "Nobody decided until %s; it waited for %s."
                        .formatted(held.hold().expiresAt(), held.whom()));
        end(action, id, new ApprovalExpired(id.key(), cause, now));
    }

    private void end(Aggregate<Action> action, ActionId id, ActionEvent ending) {
        ActionEvent ended = action.invoke(waiting -> waiting.end(ending));
        CurrentUnitOfWork.get().afterCommit(committed -> outcomes.ended(id, ended));
    }

    private boolean isOver(ActionId action, Held held, Instant now) {
        Instant end = held.hold().expiresAt();
        return !now.isBefore(end)
                && !now.minus(restraints.stoodStill(action.tenant(), held, now)).isBefore(end);
    }

    /** When its time can be over at the earliest; while it stands still, every so often. */
    private Instant nextLook(ActionId action, Held held, Instant now) {
        Instant end = held.hold().expiresAt().plus(restraints.stoodStill(action.tenant(), held, now));
        Instant soonest = now.plus(restraints.standsStill(action.tenant(), held) ? LOOKS_WHILE_STILL : SOON);
        return end.isAfter(soonest) ? end : soonest;
    }

    private static Cause cause(Held held, String words) {
        return new Cause(
                Cause.Owner.POLICY,
                "approval",
                null,
                null,
                null,
                null,
                held.hold().needs().getFirst().rule(),
                held.ruling().version(),
                words);
    }

    /** The request as it was sent: the same claims, checked against what is registered now. */
    private SubmitAction again(ActionId action, Held held, MetaData metaData) {
        TenantId tenant = action.tenant();
        Requested asked = payloads.whole(action, held.requested());
        var claim = new Claim(
                new AgentId(tenant, text(metaData, TenantContext.AGENT)),
                new WorkspaceId(tenant, text(metaData, TenantContext.WORKSPACE)),
                text(metaData, TenantContext.PROFILE),
                text(metaData, TenantContext.QUOTA_CLASS),
                null);
        return new SubmitAction(
                action,
                claim,
                new RunId(tenant, text(metaData, TenantContext.RUN)),
                asked.operation(),
                new Target(asked.system(), asked.target()),
                asked.given(),
                asked.dataClasses(),
                asked.model(),
                asked.estimate().tokens(),
                null,
                held.parentRun() == null ? null : new RunId(tenant, held.parentRun()));
    }

    private static String text(MetaData metaData, String key) {
        return Objects.requireNonNull(Origin.text(metaData, key), key);
    }

    private static Held held(Aggregate<Action> action, ActionId id) {
        ActionState state = action.invoke(Action::state);
        if (state != ActionState.APPROVAL_REQUIRED) {
            throw new Conflict(
                    "not_awaiting_approval",
                    "Action %s is %s: it does not wait for approval.".formatted(id.key(), state.word()));
        }
        return action.invoke(Action::held);
    }

    private Aggregate<Action> load(ActionId action) {
        return actions.load(action.toString());
    }
}
