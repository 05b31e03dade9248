package execution.gateway;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import policy.KnownOperations;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Tells policy what the tenant's connectors describe, from their rows: a moment late, and asked outside of lanes. */
@Component
class DescribedOperations implements KnownOperations {

    private static final int MOST_CONNECTORS = 200;

    private final TenantTransactions transactions;
    private final ConnectorRows rows;

    DescribedOperations(TenantTransactions transactions, ConnectorRows rows) {
        this.transactions = transactions;
        this.rows = rows;
    }

    @Override
    public List<KnownOperation> of(TenantId tenant) {
        List<ConnectorView> connectors = transactions.in(
                tenant,
                () -> rows.following(tenant.value(), "", Limit.of(MOST_CONNECTORS)).stream()
                        .map(ConnectorRow::view)
                        .toList());
        return connectors.stream()
                .flatMap(connector -> operations(tenant, connector))
                .toList();
    }

    private static Stream<KnownOperation> operations(TenantId tenant, ConnectorView connector) {
        TargetSystem target = ConnectorReader.read(tenant, connector.document());
        return target.operations().values().stream()
                .map(one -> new KnownOperation(
                        connector.system(), one.name(), one.effect(), one.idempotencyHeader() != null, target.host()));
    }
}
