package execution.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import execution.ActionEvent;
import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalDenied;
import execution.ActionEvent.ApprovalExpired;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.ApprovalVoided;
import execution.ActionEvent.Hold;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import tenancy.TenantContext;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * One message as its receivers get it. It names the action and says where to read it; arguments stay here.
 *
 * @param type {@code approval.requested} or {@code approval.decided}
 */
record Told(String type, Instant timestamp, Data data) {

    static final String REQUESTED = "approval.requested";
    static final String DECIDED = "approval.decided";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    /** @param state where the approval stands, such as {@code open} or {@code granted} */
    record Data(
            String tenantId,
            String actionId,
            @Nullable String workflowRunId,
            @Nullable String agentId,
            @Nullable String workspaceId,
            String state,
            @Nullable String system,
            @Nullable String operation,
            @Nullable String digest,
            @Nullable Instant expiresAt,
            @Nullable String decidedBy,
            String link) {}

    /** What an event has to tell; empty for most. */
    static Optional<Told> of(EventMessage<?> event) {
        return switch (event.getPayload()) {
            case ActionHeld held -> Optional.of(requested(event, held, held.requested(), held.hold()));
            case ApprovalRequested asked -> Optional.of(requested(event, asked, asked.requested(), asked.hold()));
            case ActionReleased released ->
                Optional.of(decided(event, released, "granted", text(event, TenantContext.PRINCIPAL)));
            case ApprovalDenied denied -> Optional.of(decided(event, denied, "denied", denied.by()));
            case ApprovalExpired expired -> Optional.of(decided(event, expired, "expired", null));
            case ApprovalVoided voided -> Optional.of(decided(event, voided, "voided", null));
            case ActionCancelled cancelled ->
                Optional.of(decided(event, cancelled, "cancelled", text(event, TenantContext.PRINCIPAL)));
            default -> Optional.empty();
        };
    }

    String json() {
        return JSON.writeValueAsString(this);
    }

    private static Told requested(
            EventMessage<?> event, ActionEvent asked, ActionEvent.Requested requested, Hold hold) {
        return new Told(
                REQUESTED,
                event.getTimestamp(),
                data(
                        event,
                        asked.action(),
                        "open",
                        Map.of("system", requested.system(), "operation", requested.operation()),
                        hold,
                        null));
    }

    private static Told decided(EventMessage<?> event, ActionEvent over, String state, @Nullable String by) {
        return new Told(DECIDED, event.getTimestamp(), data(event, over.action(), state, Map.of(), null, by));
    }

    private static Data data(
            EventMessage<?> event,
            String action,
            String state,
            Map<String, String> what,
            @Nullable Hold hold,
            @Nullable String by) {
        String tenant = text(event, TenantContext.TENANT);
        if (tenant == null) {
            throw new IllegalStateException("An event without a tenant is told to nobody");
        }
        return new Data(
                tenant,
                action,
                text(event, TenantContext.RUN),
                text(event, TenantContext.AGENT),
                text(event, TenantContext.WORKSPACE),
                state,
                what.get("system"),
                what.get("operation"),
                hold == null ? null : hold.digest(),
                hold == null ? null : hold.expiresAt(),
                by,
                "/v1/approvals/" + action);
    }

    private static @Nullable String text(EventMessage<?> event, String key) {
        return event.getMetaData().get(key) instanceof String text ? text : null;
    }
}
