package quota;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import quota.QuotaEvent.BudgetOpened;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** Which tenants have a budget, committed with its opening: after a crash, too, all of them are known. */
@Component
class BudgetRows implements InlineRows {

    @Override
    public String name() {
        return "quota_budget";
    }

    @Override
    public String statement() {
        return "insert into quota.budget (tenant_id) select * from unnest(?::text[]) on conflict do nothing";
    }

    @Override
    public List<String> types() {
        return List.of("text");
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        return event.getPayload() instanceof BudgetOpened
                ? List.<Object[]>of(new Object[] {event.getMetaData().get(TenantContext.TENANT)})
                : List.of();
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
