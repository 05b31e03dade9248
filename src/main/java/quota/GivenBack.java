package quota;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.springframework.stereotype.Component;
import quota.QuotaEvent.BudgetCorrected;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** Takes what was not used after all out of the sums of what was spent, with the event that says so. */
@Component
class GivenBack implements InlineRows {

    private static final String TEXT = "text";
    private static final String NUMBER = "int8";

    @Override
    public String name() {
        return "quota_given_back";
    }

    @Override
    public String table() {
        return SpentTable.NAME;
    }

    @Override
    public String statement() {
        return """
            update quota.spent s
            set tokens = s.tokens - t.tokens, cost_micros = s.cost_micros - t.cost_micros,
                storage_bytes = s.storage_bytes - t.storage_bytes
            from unnest(?::text[], ?::text[], ?::int8[], ?::int8[], ?::int8[])
                as t(tenant_id, action, tokens, cost_micros, storage_bytes)
            where s.tenant_id = t.tenant_id and s.action = t.action\
            """;
    }

    @Override
    public List<String> types() {
        return List.of(TEXT, TEXT, NUMBER, NUMBER, NUMBER);
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        if (!(event.getPayload() instanceof BudgetCorrected corrected)
                || !(event.getMetaData().get(TenantContext.TENANT) instanceof String tenant)) {
            return List.of();
        }
        Amounts back = corrected.givenBack();
        return List.<Object[]>of(
                new Object[] {tenant, corrected.action(), back.tokens(), back.costMicros(), back.storageBytes()});
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
