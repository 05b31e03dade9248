package policy;

import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.stereotype.Component;
import policy.PolicyEvent.PolicyPublished;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Tells the memory of this process what other processes decided. */
@Component
@ProcessingGroup("policy")
class WhenPolicyChangesKnowIt {

    private final KnownBooks known;
    private final GuardrailsAtStart guardrails;

    WhenPolicyChangesKnowIt(KnownBooks known, GuardrailsAtStart guardrails) {
        this.known = known;
        this.guardrails = guardrails;
    }

    @EventHandler
    void on(PolicyEvent event, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        var of = new TenantId(tenant);
        if (event instanceof PolicyPublished published) {
            known.know(of, published.profile());
        }
        if (of.equals(TenantId.FLEET)) {
            guardrails.read();
        }
    }
}
