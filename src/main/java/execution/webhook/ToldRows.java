package execution.webhook;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import tenancy.InlineRows;

/**
 * What is to be told, committed with the event it tells of: one row for each webhook that listens. A cancelled action is
 * told of only if it waited for people.
 */
@Component
class ToldRows implements InlineRows {

    @Override
    public String name() {
        return "webhook_told";
    }

    @Override
    public String table() {
        return "execution.webhook_delivery";
    }

    @Override
    public String statement() {
        return """
            insert into execution.webhook_delivery (tenant_id, message, webhook, body, next_at, created_at)
            select t.tenant_id, t.message, w.webhook, t.body, t.at, t.at
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                as t(tenant_id, message, type, action, state, body, at)
            join execution.webhook w on w.tenant_id = t.tenant_id and t.type = any (w.events)
            where t.state <> 'cancelled' or exists (select from execution.approval a
                where a.tenant_id = t.tenant_id and a.action = t.action and a.state = 'open')\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text", "text", "text", "text", "text", "timestamptz");
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return Told.of(event)
                .<List<Object[]>>map(told -> List.<Object[]>of(new Object[] {
                    told.data().tenantId(),
                    "msg_" + event.getIdentifier().replace("-", ""),
                    told.type(),
                    told.data().actionId(),
                    told.data().state(),
                    told.json(),
                    event.getTimestamp().toString()
                }))
                .orElse(List.of());
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
