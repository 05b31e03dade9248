package tenancy.credentials;

import java.util.List;
import java.util.Locale;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import tenancy.InlineRows;
import tenancy.TenantContext;
import tenancy.TenantEvent.KeyIssued;

/** A key works as soon as it is shown: its row is committed with the event that issued it. */
@Component
class IssuedKeyRows implements InlineRows {

    @Override
    public String name() {
        return "issued_key";
    }

    @Override
    public String table() {
        return "api_key";
    }

    @Override
    public String statement() {
        return """
            insert into tenancy.api_key (tenant_id, key, hash, role, agent, label, created_at)
            select tenant_id, key, hash, role, agent, label, created_at::timestamptz
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                as issued (tenant_id, key, hash, role, agent, label, created_at)\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text", "text", "text", "text", "text", "text");
    }

    @Override
    @SuppressWarnings("NullAway") // the agent's column is nullable
    public List<Object[]> rows(EventMessage<?> event) {
        return event.getPayload() instanceof KeyIssued issued
                ? List.<Object[]>of(new Object[] {
                    event.getMetaData().get(TenantContext.TENANT),
                    issued.key(),
                    issued.hash(),
                    issued.role().name().toLowerCase(Locale.ROOT),
                    issued.agent(),
                    issued.label(),
                    event.getTimestamp().toString()
                })
                : List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return constraint.equals("api_key_pkey") || constraint.equals("api_key_key");
    }
}
