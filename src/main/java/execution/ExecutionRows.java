package execution;

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
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.ChecksStarted;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.Cause;
import tenancy.EventRows;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** This module's rows, committed with the events they follow from: the queue, used keys, and where things stand. */
@Configuration(proxyBeanMethods = false)
class ExecutionRows {

    private static final String QUEUE = "execution.queue_entry";
    private static final String ACTION = "execution.action";
    private static final String QUEUED = "execution_queued";
    private static final int QUEUED_STARTED_AT = 10;
    private static final String DECIDED = "execution_decided";
    /** The state, and after it its cause in two parts. */
    private static final int DECIDED_STATE = 7;

    private static final int DECIDED_MOVED_AT = 11;
    private static final String TEXT = "text";
    private static final String TIME = "timestamptz";
    private static final List<Object[]> NONE = List.of();

    @Bean
    InlineRows writesQueued() {
        return rows(
                QUEUED,
                QUEUE,
                """
                insert into execution.queue_entry
                    (tenant_id, action, pool, system, operation, cost, bulkhead, quota_class, context, queued_at,
                    started_at)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[],
                    ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, "int8", "int8", TEXT, TEXT, TIME, TIME),
                event -> switch (event.getPayload()) {
                    case ActionQueued queued ->
                        queued(
                                event,
                                queued.requested(),
                                queued.pool(),
                                queued.bulkheads(),
                                Origin.json(event.getMetaData(), Reachable.texts(queued.requested(), false)),
                                queued.decidedAt());
                    case ActionReleased released ->
                        queued(
                                event,
                                released.requested(),
                                released.pool(),
                                released.bulkheads(),
                                Origin.json(
                                        event.getMetaData(),
                                        released.requester(),
                                        Reachable.texts(released.requested(), true)),
                                released.releasedAt());
                    default -> NONE;
                });
    }

    private static List<Object[]> queued(
            EventMessage<?> event,
            ActionEvent.Requested requested,
            String pool,
            Bulkheads bulkheads,
            String context,
            Instant at) {
        return row(
                tenant(event),
                ((ActionEvent) event.getPayload()).action(),
                pool,
                requested.system(),
                requested.operation(),
                requested.estimate().slotMillis(),
                bulkheads.stored(),
                meta(event, TenantContext.QUOTA_CLASS),
                context,
                at.toString(),
                null);
    }

    /**
     * Where the row of an action is, found by its key whatever PostgreSQL takes the table's size for. A queue that was
     * empty when it was last counted is thought to hold one row, and would be gone through whole, for each statement: the
     * deeper it is, the slower it moves. Behind {@code offset 0} no other plan is looked for. A row that somebody else
     * moves meanwhile is not touched: then that node has written the action's next event, and this statement fails with
     * its own.
     */
    private static String found(String table) {
        return "select k.ctid as place from %s k where k.tenant_id = t.tenant_id and k.action = t.action offset 0"
                .formatted(table);
    }

    @Bean
    InlineRows writesStarted() {
        return rows(
                        "execution_started",
                        QUEUE,
                        """
                update execution.queue_entry q set started_at = t.started_at
                from (select t.started_at, found.place
                    from unnest(?::text[], ?::text[], ?::timestamptz[]) as t(tenant_id, action, started_at)
                    cross join lateral (%s) found) t
                where q.ctid = t.place\
                """.formatted(found(QUEUE)),
                        List.of(TEXT, TEXT, TIME),
                        event -> switch (event.getPayload()) {
                            case ActionStarted started ->
                                row(
                                        tenant(event),
                                        started.action(),
                                        started.startedAt().toString());
                            case ChecksStarted checking ->
                                row(
                                        tenant(event),
                                        checking.action(),
                                        checking.startedAt().toString());
                            case ActionRequeued requeued -> row(tenant(event), requeued.action(), null);
                            default -> NONE;
                        })
                .onto(QUEUED, (queued, started) -> queued[QUEUED_STARTED_AT] = started[2]);
    }

    /** A start under an epoch that is not the newest any more would have to write a row that the table takes from nobody. */
    @Bean
    InlineRows refusesLateStarts() {
        return new EventRows(
                "execution_late_start",
                "execution.late_start",
                """
                insert into execution.late_start (tenant_id, action)
                select t.tenant_id, min(t.action)
                from unnest(?::text[], ?::text[], ?::int8[]) as t (tenant_id, action, epoch)
                group by t.tenant_id having tenancy.posture_moved(t.tenant_id, min(t.epoch))\
                """,
                List.of(TEXT, TEXT, "int8"),
                Set.of("late_start_is_refused"),
                event -> switch (event.getPayload()) {
                    case ActionStarted started -> row(tenant(event), started.action(), epoch(started.epoch()));
                    case ChecksStarted checking -> row(tenant(event), checking.action(), epoch(checking.epoch()));
                    default -> NONE;
                });
    }

    private static long epoch(@Nullable Long epoch) {
        return epoch == null ? 0 : epoch;
    }

    @Bean
    InlineRows writesLeft() {
        return rows(
                "execution_left",
                QUEUE,
                """
                delete from execution.queue_entry q
                where q.ctid = any (array(select found.place
                    from unnest(?::text[], ?::text[]) as t(tenant_id, action) cross join lateral (%s) found))\
                """.formatted(found(QUEUE)),
                List.of(TEXT, TEXT),
                event -> event.getPayload() instanceof ActionEvent happened && leaves(happened)
                        ? row(tenant(event), happened.action())
                        : NONE);
    }

    private static boolean leaves(ActionEvent happened) {
        return happened.endsIt() && !(happened instanceof ActionRefused) || happened instanceof ApprovalRequested;
    }

    @Bean
    InlineRows writesUsedKeys() {
        return new EventRows(
                "execution_used_key",
                "execution.idempotency",
                """
                insert into execution.idempotency (tenant_id, key, action, request_digest, created_at)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TIME),
                Set.of("idempotency_pkey"),
                event -> event.getPayload() instanceof ActionQueued queued
                        ? row(
                                tenant(event),
                                queued.idempotencyKey(),
                                queued.action(),
                                queued.requestDigest(),
                                queued.decidedAt().toString())
                        : NONE);
    }

    /** Apart from the others, so that these pay nothing for it: a replay says that people had to be asked. */
    @Bean
    InlineRows writesHeldKeys() {
        return new EventRows(
                "execution_held_key",
                "execution.idempotency",
                """
                insert into execution.idempotency (tenant_id, key, action, request_digest, created_at, held)
                select tenant_id, key, action, request_digest, created_at, true
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                    as t(tenant_id, key, action, request_digest, created_at)\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TIME),
                Set.of("idempotency_pkey"),
                event -> event.getPayload() instanceof ActionHeld held
                        ? row(
                                tenant(event),
                                held.idempotencyKey(),
                                held.action(),
                                held.requestDigest(),
                                held.decidedAt().toString())
                        : NONE);
    }

    @Bean
    InlineRows writesDecided() {
        return rows(
                DECIDED,
                ACTION,
                """
                insert into execution.action (tenant_id, action, run, agent, workspace, system, operation, state,
                    cause_owner, cause, created_at, updated_at)
                select tenant_id, action, run, agent, workspace, system, operation, state, cause_owner, cause, at,
                    coalesce(moved_at, at)
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])
                    as t(tenant_id, action, run, agent, workspace, system, operation, state, cause_owner, cause, at,
                        moved_at)\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TIME),
                event -> switch (event.getPayload()) {
                    case ActionQueued queued ->
                        decided(event, queued.requested(), ActionState.QUEUED, null, queued.decidedAt());
                    case ActionRefused refused ->
                        decided(event, refused.requested(), refused.state(), refused.cause(), refused.decidedAt());
                    case ActionHeld held ->
                        decided(
                                event,
                                held.requested(),
                                ActionState.APPROVAL_REQUIRED,
                                Holds.cause(held.hold(), held.ruling()),
                                held.decidedAt());
                    default -> NONE;
                });
    }

    @Bean
    InlineRows writesMoved() {
        return rows(
                        "execution_moved",
                        ACTION,
                        """
                update execution.action a
                set state = t.state, cause_owner = t.cause_owner, cause = t.cause, updated_at = t.at
                from (select t.*, found.place
                    from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                        as t(tenant_id, action, state, cause_owner, cause, at)
                    cross join lateral (%s) found) t
                where a.ctid = t.place\
                """.formatted(found(ACTION)),
                        List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TIME),
                        event -> event.getPayload() instanceof ActionEvent happened ? moved(event, happened) : NONE)
                .onto(DECIDED, (decided, moved) -> {
                    System.arraycopy(moved, 2, decided, DECIDED_STATE, 3);
                    decided[DECIDED_MOVED_AT] = moved[5];
                });
    }

    @Bean
    InlineRows writesRuns() {
        return rows(
                "execution_run",
                "execution.run",
                """
                insert into execution.run (tenant_id, run, agent, workspace, state, started_at, ended_at, parent_run, cause)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[],
                    ?::timestamptz[], ?::text[], ?::text[])
                on conflict (tenant_id, run) do update
                set agent = excluded.agent, workspace = excluded.workspace, state = excluded.state,
                    started_at = excluded.started_at, ended_at = excluded.ended_at,
                    parent_run = coalesce(excluded.parent_run, run.parent_run), cause = excluded.cause\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TIME, TEXT, TEXT),
                event -> event.getPayload() instanceof RunEvent happened ? run(event, happened) : NONE);
    }

    private static List<Object[]> moved(EventMessage<?> event, ActionEvent happened) {
        return switch (happened) {
            case ActionQueued _,
                    ActionRefused _,
                    ActionHeld _,
                    ApprovalGranted _,
                    ChecksRequired _,
                    CheckPassed _,
                    ActionEvent.PriorRead _,
                    ActionEvent.ResultRedacted _,
                    ActionEvent.ArgumentsDropped _ -> NONE;
            case ActionEvent.ActionCompensated undone ->
                moved(event, undone, ActionState.COMPENSATED, null, undone.compensatedAt());
            case ActionEvent.ActionReconciled known ->
                moved(event, known, known.outcome(), known.cause(), known.reconciledAt());
            case ApprovalRequested asked ->
                moved(
                        event,
                        asked,
                        ActionState.APPROVAL_REQUIRED,
                        Holds.cause(asked.hold(), asked.ruling()),
                        asked.requestedAt());
            case ActionReleased released -> moved(event, released, ActionState.QUEUED, null, released.releasedAt());
            case ChecksStarted checking -> moved(event, checking, ActionState.CHECKING, null, checking.startedAt());
            case ApprovalDenied denied -> moved(event, denied, ActionState.DENIED, denied.cause(), denied.endedAt());
            case ApprovalExpired expired ->
                moved(event, expired, ActionState.DENIED, expired.cause(), expired.endedAt());
            case ApprovalVoided voided -> moved(event, voided, ActionState.DENIED, voided.cause(), voided.endedAt());
            case CheckFailed failed -> moved(event, failed, ActionState.DENIED, failed.cause(), failed.endedAt());
            case ActionStarted started -> moved(event, started, ActionState.RUNNING, null, started.startedAt());
            case ActionRequeued requeued -> moved(event, requeued, ActionState.QUEUED, null, requeued.requeuedAt());
            case ActionSucceeded done -> moved(event, done, ActionState.SUCCEEDED, null, done.endedAt());
            case ActionFailed failed -> moved(event, failed, ActionState.FAILED, failed.cause(), failed.endedAt());
            case ActionOutcomeUnknown unknown ->
                moved(event, unknown, ActionState.OUTCOME_UNKNOWN, unknown.cause(), unknown.endedAt());
            case ActionCancelled cancelled ->
                moved(event, cancelled, ActionState.CANCELLED, cancelled.cause(), cancelled.endedAt());
        };
    }

    private static List<Object[]> moved(
            EventMessage<?> event, ActionEvent happened, ActionState state, @Nullable Cause cause, Instant at) {
        return row(
                tenant(event),
                happened.action(),
                state.word(),
                owner(cause),
                cause == null ? null : StoredJson.write(cause),
                at.toString());
    }

    private static List<Object[]> decided(
            EventMessage<?> event,
            ActionEvent.Requested requested,
            ActionState state,
            @Nullable Cause cause,
            Instant at) {
        return row(
                tenant(event),
                ((ActionEvent) event.getPayload()).action(),
                meta(event, TenantContext.RUN),
                meta(event, TenantContext.AGENT),
                meta(event, TenantContext.WORKSPACE),
                requested.system(),
                requested.operation(),
                state.word(),
                owner(cause),
                cause == null ? null : StoredJson.write(cause),
                at.toString(),
                null);
    }

    private static List<Object[]> run(EventMessage<?> event, RunEvent happened) {
        RunView now = RunView.of(happened);
        Instant endedAt = now.endedAt();
        Cause cause = now.cause();
        return row(
                tenant(event),
                now.run(),
                now.agent(),
                now.workspace(),
                now.state().word(),
                now.startedAt().toString(),
                endedAt == null ? null : endedAt.toString(),
                now.parent(),
                cause == null ? null : StoredJson.write(cause));
    }

    static EventRows rows(
            String name,
            String table,
            String statement,
            List<String> types,
            Function<EventMessage<?>, List<Object[]>> mapping) {
        return new EventRows(name, table, statement, types, Set.of(), mapping);
    }

    static List<Object[]> row(@Nullable Object... values) {
        return java.util.Collections.singletonList(values);
    }

    private static @Nullable String owner(@Nullable Cause cause) {
        return cause == null ? null : cause.owner().name().toLowerCase(java.util.Locale.ROOT);
    }

    static String tenant(EventMessage<?> event) {
        return meta(event, TenantContext.TENANT);
    }

    static String meta(EventMessage<?> event, String key) {
        MetaData metaData = event.getMetaData();
        if (metaData.get(key) instanceof String value) {
            return value;
        }
        throw new IllegalStateException(
                "%s without %s".formatted(event.getPayloadType().getSimpleName(), key));
    }
}
