package tenancy.registry;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import tenancy.KnownAgents;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Agents, by their rows. */
@Component
class RegisteredAgents implements KnownAgents {

    private final TenantTransactions transactions;
    private final AgentRows rows;

    RegisteredAgents(TenantTransactions transactions, AgentRows rows) {
        this.transactions = transactions;
        this.rows = rows;
    }

    @Override
    public List<String> following(TenantId tenant, String after, int limit) {
        return transactions.in(
                tenant,
                () -> rows.after(tenant.value(), after, Limit.of(limit)).stream()
                        .map(row -> row.view().agentId())
                        .toList());
    }
}
