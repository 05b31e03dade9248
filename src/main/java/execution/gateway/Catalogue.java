package execution.gateway;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * The platform's catalogue: the connectors of the fleet, which every tenant may adopt. Read from their rows, so that no
 * tenant's reading takes a turn in the lane that operators decide in: a moment late.
 */
@Component
class Catalogue {

    private final TenantTransactions transactions;
    private final ConnectorRows rows;

    Catalogue(TenantTransactions transactions, ConnectorRows rows) {
        this.transactions = transactions;
        this.rows = rows;
    }

    List<ConnectorView> following(String after, int most) {
        return transactions.in(
                TenantId.FLEET,
                () -> rows.following(TenantId.FLEET.value(), after, Limit.of(most)).stream()
                        .map(ConnectorRow::view)
                        .toList());
    }

    Optional<ConnectorView> entry(String system) {
        return transactions.in(
                TenantId.FLEET,
                () -> rows.findById(new ConnectorRow.Key(TenantId.FLEET.value(), system))
                        .map(ConnectorRow::view));
    }

    /** The same connectors, those that were adopted beside what the catalogue says now. */
    List<ConnectorView> beside(List<ConnectorView> connectors) {
        List<String> adopted = connectors.stream()
                .filter(connector -> connector.catalogue() != null)
                .map(ConnectorView::system)
                .toList();
        if (adopted.isEmpty()) {
            return connectors;
        }
        Map<String, Long> newest = transactions.in(
                TenantId.FLEET,
                () -> rows.versions(TenantId.FLEET.value(), adopted).stream()
                        .collect(Collectors.toMap(ConnectorRows.Version::system, ConnectorRows.Version::version)));
        return connectors.stream()
                .map(connector -> connector.beside(newest.get(connector.system())))
                .toList();
    }
}
