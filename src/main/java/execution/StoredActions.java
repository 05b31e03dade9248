package execution;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.CompensateAction;
import execution.ActionCommand.SubmitAction;
import execution.ActionView.Place;
import execution.FairQueue.Hold;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** {@link Actions} over the command bus and the event store. */
@Component
class StoredActions implements Actions {

    private static final String POSITION = """
        select count(*) + 1 from execution.queue_entry
        where tenant_id = ? and action < ? and started_at is null\
        """;

    private final TenantCommands commands;
    private final EventStore events;
    private final Outcomes outcomes;
    private final Backlog backlog;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final Postures postures;
    private final Supplier<UUID> ids;
    private final Clock clock;
    /** Requests that are being answered, by the caller's key. */
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();

    StoredActions(
            TenantCommands commands,
            EventStore events,
            Outcomes outcomes,
            Backlog backlog,
            TenantTransactions transactions,
            JdbcTemplate database,
            Postures postures,
            Supplier<UUID> ids,
            Clock clock) {
        this.commands = commands;
        this.events = events;
        this.outcomes = outcomes;
        this.backlog = backlog;
        this.transactions = transactions;
        this.database = database;
        this.postures = postures;
        this.ids = ids;
        this.clock = clock;
    }

    private record InFlight(TenantId tenant, String key) {}

    @Override
    public Submitted submit(
            TenantContext context,
            @Nullable AgentId boundTo,
            Envelope envelope,
            @Nullable String idempotencyKey,
            Duration wait) {
        if (idempotencyKey == null) {
            return submitOnce(context, boundTo, envelope, null, wait);
        }
        var mine = new InFlight(context.tenant(), idempotencyKey);
        if (!inFlight.add(mine)) {
            throw new Conflict(
                    "idempotency_in_flight",
                    "A request with this Idempotency-Key is being answered. Send it again when that answer is there.");
        }
        try {
            return submitOnce(context, boundTo, envelope, idempotencyKey, wait);
        } finally {
            inFlight.remove(mine);
        }
    }

    private Submitted submitOnce(
            TenantContext context,
            @Nullable AgentId boundTo,
            Envelope envelope,
            @Nullable String idempotencyKey,
            Duration wait) {
        TenantId tenant = context.tenant();
        Claim claim = envelope.claim(tenant, boundTo);
        RunId run = envelope.run(tenant);
        var action = new ActionId(tenant, "act_" + ids.get().toString().replace("-", ""));
        var submit = new SubmitAction(
                action,
                claim,
                run,
                envelope.operation(),
                envelope.checkedTarget(),
                envelope.argumentsJson(),
                envelope.checkedDataClasses(),
                envelope.checkedModel(),
                envelope.checkedTokens(),
                idempotencyKey,
                envelope.parentRun(tenant));
        TenantContext within =
                context.within(claim.workspace(), claim.agent(), run, claim.policyProfile(), claim.quotaClass());
        if (wait.isZero()) {
            Receipt receipt = commands.ask(within, submit);
            return new Submitted(Answer.of(receipt, run.key()), receipt.replayed(), receipt.tightest());
        }
        CompletableFuture<ActionEvent> ending = outcomes.of(action);
        try {
            Receipt receipt = commands.ask(within, submit);
            Answer now = Answer.of(receipt, run.key());
            Answer last = receipt.replayed()
                    ? awaitFirst(receipt.action(), boundTo, wait)
                    : waits(receipt.state()) ? now : await(now, ending, receipt.action(), boundTo, wait);
            return new Submitted(last, receipt.replayed(), receipt.tightest());
        } finally {
            outcomes.forget(action, ending);
        }
    }

    /** The action was asked for before: it may have ended long ago, or end just now. */
    private Answer awaitFirst(ActionId action, @Nullable AgentId boundTo, Duration wait) {
        CompletableFuture<ActionEvent> ending = outcomes.of(action);
        Answer now = Answer.of(find(action, boundTo));
        return waits(now.state()) ? now : await(now, ending, action, boundTo, wait);
    }

    /** Whether nothing more is to be expected soon: people take longer than a request may wait. */
    private static boolean waits(ActionState state) {
        return state.isFinal() || state == ActionState.APPROVAL_REQUIRED;
    }

    private Answer await(
            Answer now,
            CompletableFuture<ActionEvent> ending,
            ActionId action,
            @Nullable AgentId boundTo,
            Duration wait) {
        try {
            return now.ended(ending.get(wait.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | CancellationException notYet) {
            return Answer.of(find(action, boundTo));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return now;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public ActionView find(ActionId action, @Nullable AgentId boundTo) {
        ActionHistory history = history(action, boundTo).told(postures, clock.instant());
        ActionView view = history.view();
        ActionHistory.Admitted admitted = history.admitted();
        return admitted != null && history.isQueued() ? view.at(place(action, admitted)) : view;
    }

    @Override
    public Answer cancel(TenantContext context, @Nullable AgentId boundTo, ActionId action) {
        TenantContext within = history(action, boundTo).view().askedIn(context);
        ActionState unused = commands.ask(within, new CancelAction(action, clock.instant()));
        return Answer.of(history(action, boundTo).view());
    }

    @Override
    public void compensated(TenantContext context, ActionId action, ActionId by) {
        TenantContext within = history(action, null).view().askedIn(context);
        ActionState unused = commands.ask(within, new CompensateAction(action, by, clock.instant()));
    }

    private ActionHistory history(ActionId action, @Nullable AgentId boundTo) {
        ActionHistory history = ActionHistory.of(
                action.tenant(), events.readEvents(action.toString()).asStream().iterator());
        if (history == null || boundTo != null && !boundTo.key().equals(history.agent())) {
            throw new NotFound("action", action.key());
        }
        return history;
    }

    private Place place(ActionId action, ActionHistory.Admitted admitted) {
        TenantId tenant = action.tenant();
        Long position = transactions.in(
                tenant, () -> database.queryForObject(POSITION, Long.class, tenant.value(), action.key()));
        Optional<Hold> hold = backlog.hold(tenant, admitted.pool(), admitted.system(), admitted.operation());
        Pool pool = backlog.pool(admitted.pool());
        Optional<Cause> contained =
                backlog.restriction(tenant, admitted.reach()).map(Restriction::cause);
        Cause waitsFor = contained.orElseGet(() -> hold.map(
                        own -> Cause.limit(Cause.Owner.TENANT, "concurrency", own.limit(), own.used(), own.most(), null)
                                .of(own.scope()))
                .orElseGet(() ->
                        Cause.limit(Cause.Owner.PLATFORM, "capacity", "slots", pool.running(), pool.slots(), null)));
        return new Place(position == null ? 1 : position, waitsFor);
    }
}
