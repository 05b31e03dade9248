package execution;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Requested;
import java.time.Instant;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** Where each approval stands, for lists; committed with the events it follows from. */
@Configuration(proxyBeanMethods = false)
class ApprovalRows {

    private static final String TABLE = "execution.approval";
    private static final String TEXT = "text";
    private static final String TIME = "timestamptz";
    private static final List<Object[]> NONE = List.of();

    @Bean
    InlineRows writesOpenApprovals() {
        return ExecutionRows.rows(
                "execution_approval_open",
                TABLE,
                """
                insert into execution.approval (tenant_id, action, run, agent, workspace, system, operation, state,
                    digest, requested_by, requested_at, expires_at, agent_class, destination, model)
                select tenant_id, action, run, agent, workspace, system, operation, 'open', digest, requested_by,
                    requested_at, expires_at, agent_class, destination, model
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[], ?::timestamptz[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
                    as t(tenant_id, action, run, agent, workspace, system, operation, digest, requested_by,
                        requested_at, expires_at, agent_class, destination, model)
                on conflict (tenant_id, action) do update
                set digest = excluded.digest, requested_at = excluded.requested_at, expires_at = excluded.expires_at\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TIME, TEXT, TEXT, TEXT),
                event -> switch (event.getPayload()) {
                    case ActionHeld held -> open(event, held.action(), held.requested(), held.hold(), held.decidedAt());
                    case ApprovalRequested asked ->
                        open(event, asked.action(), asked.requested(), asked.hold(), asked.requestedAt());
                    default -> NONE;
                });
    }

    /** A row whose action was cancelled in the queue is decided already, or was never there. */
    @Bean
    InlineRows writesDecidedApprovals() {
        return ExecutionRows.rows(
                "execution_approval_over",
                TABLE,
                """
                update execution.approval a
                set state = t.state, decided_at = t.decided_at, decided_by = t.decided_by
                from unnest(?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::text[])
                    as t(tenant_id, action, state, decided_at, decided_by)
                where a.tenant_id = t.tenant_id and a.action = t.action and a.state = 'open'\
                """,
                List.of(TEXT, TEXT, TEXT, TIME, TEXT),
                event -> switch (event.getPayload()) {
                    case ActionReleased released ->
                        over(event, released, "granted", released.releasedAt(), principal(event));
                    case ApprovalDenied denied -> over(event, denied, "denied", denied.endedAt(), denied.by());
                    case ApprovalExpired expired -> over(event, expired, "expired", expired.endedAt(), null);
                    case ApprovalVoided voided -> over(event, voided, "voided", voided.endedAt(), null);
                    case ActionCancelled cancelled ->
                        over(event, cancelled, "cancelled", cancelled.endedAt(), principal(event));
                    default -> NONE;
                });
    }

    private static List<Object[]> open(
            EventMessage<?> event, String action, Requested requested, Hold hold, Instant at) {
        return ExecutionRows.row(
                ExecutionRows.tenant(event),
                action,
                ExecutionRows.meta(event, TenantContext.RUN),
                ExecutionRows.meta(event, TenantContext.AGENT),
                ExecutionRows.meta(event, TenantContext.WORKSPACE),
                requested.system(),
                requested.operation(),
                hold.digest(),
                principal(event),
                at.toString(),
                hold.expiresAt().toString(),
                requested.agentClass(),
                requested.destination(),
                requested.model());
    }

    private static List<Object[]> over(
            EventMessage<?> event, ActionEvent ending, String state, Instant at, @Nullable String by) {
        return ExecutionRows.row(ExecutionRows.tenant(event), ending.action(), state, at.toString(), by);
    }

    private static String principal(EventMessage<?> event) {
        return ExecutionRows.meta(event, TenantContext.PRINCIPAL);
    }
}
