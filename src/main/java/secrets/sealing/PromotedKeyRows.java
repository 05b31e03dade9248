package secrets.sealing;

import java.util.Base64;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import secrets.sealing.SealingEvent.WrappingKeyPromoted;
import tenancy.InlineRows;
import tenancy.TenantId;

/** A key is in force from the commit that promotes it. */
@Component
class PromotedKeyRows implements InlineRows {

    @Override
    public String name() {
        return "wrapping_key_promoted";
    }

    @Override
    public String statement() {
        return """
            insert into secrets.wrapping_key (tenant_id, wrapping_key, check_value, created_at)
            select * from unnest(?::text[], ?::text[], ?::bytea[], ?::timestamptz[])
            on conflict do nothing\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text", "bytea", "timestamptz");
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return event.getPayload() instanceof WrappingKeyPromoted promoted
                ? List.<Object[]>of(new Object[] {
                    TenantId.FLEET.value(),
                    promoted.key(),
                    Base64.getDecoder().decode(promoted.checkValue()),
                    event.getTimestamp().toString()
                })
                : List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
