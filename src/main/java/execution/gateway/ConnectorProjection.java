package execution.gateway;

import execution.gateway.ConnectorEvent.ConnectorDefined;
import java.time.Instant;
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
            ConnectorDefined event,
            @Timestamp Instant at,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        rows.save(new ConnectorRow(
                new ConnectorRow.Key(tenant, event.system()),
                event.version(),
                event.digest(),
                event.document().toString(),
                at,
                by));
    }
}
