package tenancy.containment;

import tenancy.TenantId;

/** A tenant's book of postures: one each. */
record PostureBookId(TenantId tenant) {

    @Override
    public String toString() {
        return tenant.value() + "/containment";
    }
}
