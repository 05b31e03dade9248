package policy;

import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.DisallowReplay;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.stereotype.Component;
import policy.PolicyEvent.PolicyDraftClosed;
import policy.PolicyEvent.PolicyDraftSaved;
import policy.PolicyEvent.PolicyPublished;
import policy.PolicyEvent.PolicyRulesExpired;
import policy.PolicyEvent.PolicyShadowDropped;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Tells the memory of this process what other processes decided. What is only replayed is known already. */
@Component
@ProcessingGroup("policy")
@DisallowReplay
class WhenPolicyChangesKnowIt {

    private final KnownBooks known;
    private final RecordsInForce records;
    private final GuardrailsAtStart guardrails;

    WhenPolicyChangesKnowIt(KnownBooks known, RecordsInForce records, GuardrailsAtStart guardrails) {
        this.known = known;
        this.records = records;
        this.guardrails = guardrails;
    }

    @EventHandler
    void on(PolicyEvent event, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        var of = new TenantId(tenant);
        switch (event) {
            case PolicyPublished published -> {
                known.know(of, published.profile());
                if (published.mode() == Mode.ENFORCED) {
                    know(of, published.profile(), published.document());
                }
            }
            case PolicyRulesExpired expired -> know(of, expired.profile(), expired.document());
            case PolicyShadowDropped _, PolicyDraftSaved _, PolicyDraftClosed _ -> {}
        }
        if (of.equals(TenantId.FLEET)) {
            guardrails.read();
        }
    }

    private void know(TenantId tenant, String profile, PolicyDocument document) {
        if (profile.equals(Layer.OF_TENANT)) {
            records.know(tenant, document);
        }
    }
}
