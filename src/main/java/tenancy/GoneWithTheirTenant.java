package tenancy;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import tenancy.TenantEvent.TenantErased;

/**
 * Rows that are deleted when their tenant is erased, in the same transaction: what is kept outside of the journal of what
 * agents sent and got, and of secrets.
 *
 * @param table with schema; its {@code tenant_id} says whose rows they are
 */
public record GoneWithTheirTenant(String table) implements InlineRows {

    @Override
    public String name() {
        return table.replace('.', '_') + "_erased";
    }

    @Override
    public String statement() {
        return "delete from %s r using unnest(?::text[]) as t (tenant_id) where r.tenant_id = t.tenant_id"
                .formatted(table);
    }

    @Override
    public List<String> types() {
        return List.of("text");
    }

    @Override
    public int keyLength() {
        return 1;
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return event.getPayload() instanceof TenantErased
                ? List.<Object[]>of(new Object[] {event.getMetaData().get(TenantContext.TENANT)})
                : List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
