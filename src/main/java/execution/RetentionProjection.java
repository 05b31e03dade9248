package execution;

import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.Layer;
import policy.Mode;
import policy.PolicyDocument.Records;
import policy.PolicyEvent.PolicyPublished;
import tenancy.TenantContext;

/** Keeps what each tenant's own layer says of how long actions can be listed and read. */
@Component
@ProcessingGroup("execution")
class RetentionProjection {

    private final RetentionRows rows;

    RetentionProjection(RetentionRows rows) {
        this.rows = rows;
    }

    @EventHandler
    void on(PolicyPublished published, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        if (!published.profile().equals(Layer.OF_TENANT) || published.mode() != Mode.ENFORCED) {
            return;
        }
        @Nullable Records records = published.document().records();
        if (records == null || records.actionDays() == null && records.payloadDays() == null) {
            rows.deleteById(tenant);
        } else {
            rows.save(new RetentionRow(tenant, records.actionDays(), records.payloadDays()));
        }
    }
}
