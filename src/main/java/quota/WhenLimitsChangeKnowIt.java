package quota;

import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.DisallowReplay;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.stereotype.Component;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.QuotaClassChanged;
import quota.QuotaEvent.QuotaClassDefined;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Tells the memory of this process what other processes decided. What is only replayed is known already. */
@Component
@ProcessingGroup("quota")
@DisallowReplay
class WhenLimitsChangeKnowIt {

    private final LimitsInForce limits;

    WhenLimitsChangeKnowIt(LimitsInForce limits) {
        this.limits = limits;
    }

    @EventHandler
    void on(QuotaClassDefined defined) {
        limits.defined(new DefinedClass(defined.name(), defined.limits(), 1));
    }

    @EventHandler
    void on(QuotaClassChanged changed) {
        limits.defined(new DefinedClass(changed.name(), changed.limits(), changed.version()));
    }

    @EventHandler
    void on(OverrideSet set, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        limits.overridden(new TenantId(tenant), set.layer(), set.scope(), set.limit(), set.value(), set.version());
    }

    @EventHandler
    void on(OverrideCleared cleared, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        limits.cleared(new TenantId(tenant), cleared.layer(), cleared.scope(), cleared.limit(), cleared.version());
    }
}
