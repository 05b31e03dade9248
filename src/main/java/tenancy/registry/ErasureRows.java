package tenancy.registry;

import java.util.Arrays;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.InlineRows;
import tenancy.TenantContext;
import tenancy.TenantEvent.TenantErased;

/** What is certified of an erasure, committed with it. */
@Component
class ErasureRows implements InlineRows {

    @Override
    public String name() {
        return "tenancy_erasure";
    }

    @Override
    public String statement() {
        return """
            insert into tenancy.erasure
                (tenant_id, event, erased_at, erased_by, reason, content_keys, first_day, last_day)
            select * from unnest(?::text[], ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::int8[], ?::text[],
                ?::text[])\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text", "timestamptz", "text", "text", "int8", "text", "text");
    }

    @Override
    public int keyLength() {
        return 1;
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        if (!(event.getPayload() instanceof TenantErased erased)) {
            return List.of();
        }
        return row(
                event.getMetaData().get(TenantContext.TENANT),
                event.getIdentifier(),
                event.getTimestamp().toString(),
                event.getMetaData().get(TenantContext.PRINCIPAL),
                erased.reason(),
                erased.contentKeys(),
                erased.from(),
                erased.through());
    }

    private static List<Object[]> row(@Nullable Object... values) {
        return Arrays.<Object[]>asList(values);
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
