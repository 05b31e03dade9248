package execution;

import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ArgumentsDropped;
import execution.ActionEvent.Requested;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.ActionId;
import tenancy.GoneWithTheirTenant;
import tenancy.InlineRows;
import tenancy.TenantId;

/** Arguments that are kept apart from the journal, committed with the decision and gone with the end. */
@Configuration(proxyBeanMethods = false)
class PayloadRows {

    private static final String TABLE = "execution.payload";
    private static final String TEXT = "text";
    private static final List<Object[]> NONE = List.of();

    @Bean
    InlineRows writesPayloads(StagedPayloads staged) {
        return ExecutionRows.rows(
                "execution_payload", TABLE, """
                insert into execution.payload (tenant_id, action, arguments)
                select * from unnest(?::text[], ?::text[], ?::text[])\
                """, List.of(TEXT, TEXT, TEXT), event -> switch (event.getPayload()) {
                    case ActionQueued queued -> apart(event, queued.action(), queued.requested(), staged);
                    case ActionHeld held -> apart(event, held.action(), held.requested(), staged);
                    default -> NONE;
                });
    }

    @Bean
    InlineRows dropsPayloads() {
        return ExecutionRows.rows(
                "execution_payload_dropped",
                TABLE,
                """
                delete from execution.payload p
                using unnest(?::text[], ?::text[]) as t(tenant_id, action)
                where p.tenant_id = t.tenant_id and p.action = t.action\
                """,
                List.of(TEXT, TEXT),
                event -> event.getPayload() instanceof ArgumentsDropped dropped
                        ? ExecutionRows.row(ExecutionRows.tenant(event), dropped.action())
                        : NONE);
    }

    @Bean
    InlineRows erasedPayloads() {
        return new GoneWithTheirTenant(TABLE);
    }

    private static List<Object[]> apart(
            EventMessage<?> event, String action, Requested requested, StagedPayloads staged) {
        if (requested.kept() == null) {
            return NONE;
        }
        String tenant = ExecutionRows.tenant(event);
        return ExecutionRows.row(tenant, action, staged.of(new ActionId(new TenantId(tenant), action)));
    }
}
