package quota;

import tenancy.Identifiers;
import tenancy.TenantId;

/** A quota class of the fleet. Spelled as an aggregate identifier it is {@code fleet/quota_class/<name>}. */
record QuotaClassId(String name) {

    QuotaClassId {
        Identifiers.check("quota_class", name);
    }

    @Override
    public String toString() {
        return TenantId.FLEET.value() + "/quota_class/" + name;
    }
}
