package tenancy.credentials;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import tenancy.InlineRows;
import tenancy.TenantContext;
import tenancy.TenantEvent.KeyRevoked;

/** A key stops with the commit that revokes it. */
@Component
class RevokedKeyRows implements InlineRows {

    @Override
    public String name() {
        return "revoked_key";
    }

    @Override
    public String table() {
        return "api_key";
    }

    @Override
    public String statement() {
        return """
            update tenancy.api_key set revoked_at = revoked.at::timestamptz
            from unnest(?::text[], ?::text[], ?::text[]) as revoked (tenant, id, at)
            where tenant_id = revoked.tenant and key = revoked.id\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text", "text");
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return event.getPayload() instanceof KeyRevoked revoked
                ? List.<Object[]>of(new Object[] {
                    event.getMetaData().get(TenantContext.TENANT),
                    revoked.key(),
                    event.getTimestamp().toString()
                })
                : List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
