package policy;

import java.time.Instant;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.PolicyEvent.PolicyPublished;
import tenancy.TenantContext;
import tools.jackson.databind.json.JsonMapper;

/** Keeps every published version as a row. */
@Component
@ProcessingGroup("policy")
class PolicyProjection {

    private final PolicyRows rows;
    private final JsonMapper json;

    PolicyProjection(PolicyRows rows, JsonMapper json) {
        this.rows = rows;
        this.json = json;
    }

    @EventHandler
    void on(
            PolicyPublished published,
            @Timestamp Instant at,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        rows.save(new PolicyRow(
                new PolicyRow.Key(tenant, published.profile(), published.version()),
                json.writeValueAsString(published.document()),
                published.comment(),
                at,
                by));
    }
}
