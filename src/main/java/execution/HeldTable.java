package execution;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Counts what waits for people. Asked only when one more is to be held. */
@Component
class HeldTable implements Holds.Count {

    private static final String OPEN = "select count(*) from execution.approval where tenant_id = ? and state = 'open'";

    private final JdbcTemplate database;
    private final TenantTransactions transactions;

    HeldTable(JdbcTemplate database, TenantTransactions transactions) {
        this.database = database;
        this.transactions = transactions;
    }

    @Override
    public long open(TenantId tenant) {
        Long open = transactions.in(tenant, () -> database.queryForObject(OPEN, Long.class, tenant.value()));
        return open == null ? 0 : open;
    }
}
