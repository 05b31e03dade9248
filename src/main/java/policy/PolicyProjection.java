package policy;

import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.PolicyDocument.Rule;
import policy.PolicyEvent.PolicyPublished;
import policy.PolicyEvent.PolicyRulesExpired;
import tenancy.TenantContext;
import tools.jackson.databind.json.JsonMapper;

/** Keeps every published version as a row, and when the next rule of the one in force ends. */
@Component
@ProcessingGroup("policy")
class PolicyProjection {

    private final PolicyRows rows;
    private final RuleExpiryRows expiries;
    private final JsonMapper json;

    PolicyProjection(PolicyRows rows, RuleExpiryRows expiries, JsonMapper json) {
        this.rows = rows;
        this.expiries = expiries;
        this.json = json;
    }

    @EventHandler
    void on(
            PolicyPublished published,
            @Timestamp Instant at,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        keep(
                tenant,
                new PublishedPolicy(
                        published.profile(),
                        published.version(),
                        published.document(),
                        published.comment(),
                        at,
                        by,
                        published.fromVersion(),
                        published.mode()));
    }

    @EventHandler
    void on(
            PolicyRulesExpired expired,
            @Timestamp Instant at,
            @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        keep(
                tenant,
                new PublishedPolicy(
                        expired.profile(),
                        expired.version(),
                        expired.document(),
                        Expiries.comment(expired.rules()),
                        at,
                        by,
                        expired.fromVersion(),
                        Mode.ENFORCED));
    }

    private void keep(String tenant, PublishedPolicy version) {
        rows.save(PolicyRow.of(tenant, version, json.writeValueAsString(version.document())));
        if (version.mode() == Mode.ENFORCED) {
            var key = new RuleExpiryRow.Key(tenant, version.profile());
            version.document().rules().stream()
                    .map(Rule::expiresAt)
                    .filter(Objects::nonNull)
                    .min(Comparator.naturalOrder())
                    .ifPresentOrElse(due -> expiries.save(new RuleExpiryRow(key, due)), () -> expiries.deleteById(key));
        }
    }
}
