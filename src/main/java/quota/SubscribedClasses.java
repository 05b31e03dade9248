package quota;

import org.springframework.stereotype.Component;
import tenancy.InvalidField;
import tenancy.Subscriptions;
import tenancy.TenantContext;
import tenancy.TenantId;

/** The quota class by which a request about a tenant's limits is answered: the one that the tenant subscribes to. */
@Component
class SubscribedClasses {

    private final Subscriptions subscriptions;

    SubscribedClasses(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    String of(TenantContext context) {
        return subscriptions
                .quotaClass(named(context))
                .orElseThrow(() -> new UnknownQuotaClass("of an unregistered tenant"));
    }

    /** The tenant that is meant; the fleet has no limits. */
    static TenantId named(TenantContext context) {
        if (context.tenant().equals(TenantId.FLEET)) {
            throw new InvalidField("/tenant", "required", "must name the tenant whose limits are meant");
        }
        return context.tenant();
    }
}
