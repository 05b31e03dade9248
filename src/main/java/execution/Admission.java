package execution;

import execution.ActionCommand.SubmitAction;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionRefused;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Reserved;
import execution.ActionEvent.Ruling;
import execution.ExecutionTimers.Step;
import execution.gateway.Operation;
import execution.gateway.Quarantined;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.Policies;
import policy.Verdict;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import quota.Quotas;
import quota.Reservation;
import quota.Reservation.BudgetExceeded;
import quota.Reservation.Granted;
import quota.Reservation.Throttled;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Restriction;
import tenancy.TenantContext;

/**
 * The way in: is it contained, may it, can it, then write down what was decided. All refusals of a caller come before the
 * first event.
 */
@Component
class Admission {

    static final String WAIT = "wait";
    static final String RAISE_OR_WAIT = "raise_limit_or_wait";

    /** No policy was asked. */
    private static final Ruling NONE = new Ruling(0, List.of());

    private final Requests requests;
    private final Restraints restraints;
    private final Watched watched;
    private final IdempotencyKeys keys;
    private final RunBook runs;
    private final Policies policies;
    private final Quotas quotas;
    private final Backlog backlog;
    private final AtOnce atOnce;
    private final Holds holds;
    private final Repository<Action> actions;
    private final ExecutionSettings settings;
    private final ExecutionTimers timers;
    private final Payloads payloads;
    private final Clock clock;

    Admission(
            Requests requests,
            Restraints restraints,
            Watched watched,
            IdempotencyKeys keys,
            RunBook runs,
            Policies policies,
            Quotas quotas,
            Backlog backlog,
            AtOnce atOnce,
            Holds holds,
            Repository<Action> actions,
            ExecutionSettings settings,
            ExecutionTimers timers,
            Payloads payloads,
            Clock clock) {
        this.requests = requests;
        this.restraints = restraints;
        this.watched = watched;
        this.keys = keys;
        this.runs = runs;
        this.policies = policies;
        this.quotas = quotas;
        this.backlog = backlog;
        this.atOnce = atOnce;
        this.holds = holds;
        this.actions = actions;
        this.settings = settings;
        this.timers = timers;
        this.payloads = payloads;
        this.clock = clock;
    }

    /** One request under decision. */
    private record Case(
            SubmitAction submit,
            ActionEnvelope envelope,
            Operation operation,
            String key,
            String digest,
            boolean runIsOpen,
            MetaData metaData,
            Instant now) {

        Requested requested() {
            return Requests.requested(envelope, operation);
        }
    }

    @CommandHandler
    Receipt handle(SubmitAction submit, MetaData metaData) {
        long began = System.nanoTime();
        Receipt receipt = decide(submit, metaData);
        timers.record(
                Step.ADMIT,
                submit.action().tenant(),
                receipt.replayed() ? "replayed" : receipt.state().word(),
                System.nanoTime() - began);
        return receipt;
    }

    private Receipt decide(SubmitAction submit, MetaData metaData) {
        Requests.Joined joined = requests.join(submit);
        ActionEnvelope envelope = joined.envelope();
        String key = IdempotencyKeys.stored(submit.idempotencyKey(), () -> derivedKey(envelope));
        String digest = digest(envelope);
        watched.asked(envelope, clock.instant());
        Optional<IdempotencyKeys.Used> used = keys.find(submit.action(), key);
        if (used.isPresent()) {
            return firstAnswer(used.get(), digest, submit.idempotencyKey() != null);
        }
        boolean runIsOpen = runs.isOpen(submit.run(), submit.claim().agent(), submit.parentRun());
        var asked = new Case(submit, envelope, joined.operation(), key, digest, runIsOpen, metaData, clock.instant());
        Restriction restriction = restraints.on(envelope);
        if (restriction != null && Restraints.forbids(restriction, joined.operation())) {
            return refuse(asked, ActionState.FROZEN, NONE, restriction.cause(), restriction.remedy());
        }
        Verdict verdict = Restraints.under(restriction, policies.decide(envelope));
        Quarantined waits = joined.operation().quarantine();
        if (waits != null && !(verdict instanceof Denied)) {
            return refuse(asked, ActionState.DENIED, Rulings.of(verdict), waits.cause(), waits.remedy());
        }
        return switch (verdict) {
            case Denied denied ->
                refuse(asked, ActionState.DENIED, Rulings.of(denied), Rulings.cause(denied), denied.remedy());
            case NeedsApproval needed -> hold(asked, needed);
            case NeedsCheck needed -> check(asked, needed);
            case Allowed allowed -> reserve(asked, Rulings.of(allowed), null);
        };
    }

    /** It has to be checked first: that is done in its slot, so it is queued and reserved for like any other. */
    private Receipt check(Case asked, NeedsCheck needed) {
        Ruling ruling = Rulings.of(needed);
        Optional<Cause> full = needed.approvals().isEmpty()
                ? Optional.empty()
                : holds.full(asked.envelope().tenant());
        return full.isPresent()
                ? refuse(asked, ActionState.THROTTLED, ruling, full.get(), WAIT)
                : reserve(asked, ruling, checks(needed, asked));
    }

    private static ChecksRequired checks(NeedsCheck needed, Case asked) {
        return new ChecksRequired(
                asked.envelope().action().key(),
                Rulings.questions(needed.checks()),
                Rulings.needs(needed.approvals()),
                asked.now());
    }

    /** What waits for people holds no budget and opens no run: both are asked for when they have agreed. */
    private Receipt hold(Case asked, NeedsApproval needed) {
        Ruling ruling = Rulings.of(needed);
        ActionId action = asked.envelope().action();
        Optional<Cause> full = holds.full(action.tenant());
        if (full.isPresent()) {
            return refuse(asked, ActionState.THROTTLED, ruling, full.get(), WAIT);
        }
        Hold hold = holds.open(action, asked.requested(), ruling, Rulings.needs(needed.approvals()), asked.now());
        var held = new ActionHeld(
                action.key(),
                payloads.kept(action, asked.requested()),
                ruling,
                hold,
                asked.key(),
                asked.digest(),
                asked.submit().parentRun() == null
                        ? null
                        : asked.submit().parentRun().key(),
                asked.now());
        Aggregates.create(actions, () -> new Action(action, held));
        keys.use(asked.key(), new IdempotencyKeys.Used(action, asked.digest(), asked.now(), true));
        return Receipt.refused(
                action,
                ActionState.APPROVAL_REQUIRED,
                Holds.cause(hold, ruling),
                Holds.remedy(action.key()),
                asked.now(),
                ruling.shadow());
    }

    private Receipt reserve(Case asked, Ruling ruling, @Nullable ChecksRequired checks) {
        Optional<Cause> full = queueIsFull(asked);
        if (full.isPresent()) {
            return refuse(asked, ActionState.THROTTLED, ruling, full.get(), WAIT);
        }
        return switch (quotas.reserve(asked.envelope(), asked.now())) {
            case Granted granted -> admit(asked, ruling, granted, checks);
            case Throttled throttled -> refuse(asked, ActionState.THROTTLED, ruling, throttled.cause(), WAIT);
            case BudgetExceeded spent -> {
                runs.pauseAt(asked.submit().run(), spent.cause(), asked.now());
                yield refuse(asked, ActionState.BUDGET_EXCEEDED, ruling, spent.cause(), RAISE_OR_WAIT);
            }
        };
    }

    /** The run is opened last, so that what is refused opens none. */
    private Receipt admit(Case asked, Ruling ruling, Granted granted, @Nullable ChecksRequired checks) {
        if (!asked.runIsOpen()) {
            Optional<Cause> tooMany = runs.open(
                    asked.submit().run(), asked.submit().claim(), asked.submit().parentRun(), asked.now());
            if (tooMany.isPresent()) {
                quotas.release(asked.envelope().action(), asked.now());
                return refuse(asked, RunBook.stateOf(tooMany.get()), ruling, tooMany.get(), WAIT);
            }
        } else {
            runs.goesOn(asked.submit().run(), asked.now());
        }
        ActionId action = asked.envelope().action();
        var queued = new ActionQueued(
                action.key(),
                payloads.kept(action, asked.requested()),
                ruling,
                reserved(granted),
                settings.poolFor(action.tenant(), asked.operation().pool()),
                asked.operation().bulkhead(),
                asked.key(),
                asked.digest(),
                asked.now(),
                asked.operation().operationBulkhead());
        Aggregates.create(
                actions, () -> checks == null ? new Action(action, queued) : new Action(action, queued, checks));
        keys.use(asked.key(), new IdempotencyKeys.Used(action, asked.digest(), asked.now(), false));
        Waiting waiting =
                waiting(action, queued, false, Origin.context(asked.envelope(), asked.metaData()), asked.metaData());
        if (!atOnce.start(waiting, asked.now())) {
            backlog.queue(waiting);
        }
        return Receipt.queued(action, asked.now(), ruling.shadow(), granted.tightest());
    }

    static Reserved reserved(Granted granted) {
        Reservation.Draw tightest = granted.tightest();
        return new Reserved(tightest.limit(), tightest.used(), tightest.limitValue());
    }

    private Receipt refuse(Case asked, ActionState state, Ruling ruling, Cause cause, String remedy) {
        ActionId action = asked.envelope().action();
        if (state == ActionState.DENIED) {
            watched.denied(asked.envelope(), asked.now());
        }
        Requested requested = payloads.refused(action.tenant(), asked.requested());
        Aggregates.create(
                actions,
                () -> new Action(
                        action, new ActionRefused(action.key(), state, requested, ruling, cause, remedy, asked.now())));
        return Receipt.refused(action, state, cause, remedy, asked.now(), ruling.shadow());
    }

    private Optional<Cause> queueIsFull(Case asked) {
        return queueIsFull(backlog, asked.envelope());
    }

    static Optional<Cause> queueIsFull(Backlog backlog, ActionEnvelope envelope) {
        long waiting = backlog.queued(envelope.tenant());
        long most = backlog.limits(envelope.tenant(), envelope.quotaClass()).queuedActions();
        return waiting < most
                ? Optional.empty()
                : Optional.of(Cause.limit(Cause.Owner.TENANT, "capacity", "queued_actions", waiting, most, null));
    }

    private static Receipt firstAnswer(IdempotencyKeys.Used used, String digest, boolean callersKey) {
        if (!used.requestDigest().equals(digest)) {
            throw new IdempotencyKeyReused(used.action().key(), callersKey);
        }
        return Receipt.replay(
                used.action(), used.held() ? ActionState.APPROVAL_REQUIRED : ActionState.QUEUED, used.decidedAt());
    }

    /** What makes two requests of a run the same effect. */
    static String derivedKey(ActionEnvelope envelope) {
        return Fingerprint.of(effect(envelope));
    }

    /** All that was asked for: what differs in any of it is another request. */
    private static String digest(ActionEnvelope envelope) {
        List<String> all = effect(envelope);
        all.add(envelope.workspace().key());
        all.add(envelope.agent().key());
        all.add(String.valueOf(envelope.model()));
        all.add(String.valueOf(envelope.estimate().tokens()));
        all.addAll(envelope.dataClasses());
        return Fingerprint.of(all);
    }

    private static List<String> effect(ActionEnvelope envelope) {
        List<String> parts = new ArrayList<>();
        parts.add(envelope.tenant().value());
        parts.add(envelope.run().key());
        parts.add(envelope.operation());
        parts.add(envelope.arguments());
        parts.add(envelope.target().system());
        parts.add(String.valueOf(envelope.target().fields().size()));
        new TreeMap<>(envelope.target().fields()).forEach((field, value) -> {
            parts.add(field);
            parts.add(value);
        });
        return parts;
    }

    /**
     * What a queued action's turn is decided by.
     *
     * @param granted whether people have agreed to it
     */
    static Waiting waiting(ActionId action, ActionQueued queued, boolean granted, MetaData metaData) {
        return waiting(action, queued, granted, Origin.context(action.tenant(), metaData), metaData);
    }

    private static Waiting waiting(
            ActionId action, ActionQueued queued, boolean granted, TenantContext context, MetaData metaData) {
        String quotaClass = Origin.text(metaData, TenantContext.QUOTA_CLASS);
        return new Waiting(
                action,
                context,
                Origin.trace(metaData),
                queued.pool(),
                queued.requested().system(),
                queued.requested().operation(),
                queued.requested().estimate().slotMillis(),
                queued.bulkheads(),
                quotaClass == null ? "" : quotaClass,
                Reachable.of(context, queued.requested(), granted));
    }
}
