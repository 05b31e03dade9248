package execution.gateway;

import execution.gateway.ConnectorEvent.ConnectorAdopted;
import execution.gateway.ConnectorEvent.ConnectorDefined;
import execution.gateway.ConnectorEvent.OperationAccepted;
import execution.gateway.ConnectorEvent.OperationQuarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.TenantContext;

/** Keeps the description in force of every connector as a row. */
@Component
@ProcessingGroup("execution")
class ConnectorProjection {

    private final ConnectorRows rows;

    ConnectorProjection(ConnectorRows rows) {
        this.rows = rows;
    }

    @EventHandler
    void on(
            ConnectorEvent event,
            @Timestamp Instant at,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        var key = new ConnectorRow.Key(tenant, event.system());
        ConnectorRow row = rows.findById(key).orElseGet(() -> new ConnectorRow(key));
        switch (event) {
            case ConnectorDefined defined -> {
                row.describe(
                        defined.version(), defined.digest(), defined.document().toString(), at, by);
                row.quarantines(row.quarantines().stream()
                        .filter(waits -> waits.isAbout(defined.document()))
                        .toList());
            }
            case ConnectorAdopted adopted -> row.adopted(adopted.catalogueVersion(), adopted.digest());
            case OperationQuarantined quarantined -> {
                List<Quarantine> waiting = others(row, quarantined.operation());
                waiting.add(Quarantine.of(quarantined, at));
                row.quarantines(waiting);
            }
            case OperationAccepted accepted -> row.quarantines(others(row, accepted.operation()));
        }
        var unused = rows.save(row);
    }

    private static List<Quarantine> others(ConnectorRow row, String operation) {
        List<Quarantine> others = new ArrayList<>(row.quarantines());
        others.removeIf(waits -> waits.operation().equals(operation));
        return others;
    }
}
