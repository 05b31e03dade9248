package policy;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import policy.PolicyEvent.PolicyPublished;
import tenancy.InlineRows;
import tenancy.TenantContext;

/**
 * The name of each document, committed with its first version: after a crash no projection has to catch up before a
 * layer is looked for.
 */
@Component
class BookRows implements InlineRows {

    @Override
    public String name() {
        return "policy_book";
    }

    @Override
    public String statement() {
        return """
            insert into policy.book (tenant_id, profile)
            select * from unnest(?::text[], ?::text[]) on conflict do nothing\
            """;
    }

    @Override
    public List<String> types() {
        return List.of("text", "text");
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        if (event.getPayload() instanceof PolicyPublished published && published.version() == 1) {
            Object tenant = event.getMetaData().get(TenantContext.TENANT);
            return List.<Object[]>of(new Object[] {tenant, published.profile()});
        }
        return List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
