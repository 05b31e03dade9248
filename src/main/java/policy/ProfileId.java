package policy;

import tenancy.Identifiers;
import tenancy.TenantId;

/** One policy profile of a tenant. Spelled as an aggregate identifier it is {@code <tenant>/policy/<profile>}. */
record ProfileId(TenantId tenant, String profile) {

    ProfileId {
        Identifiers.check("profile", profile);
    }

    @Override
    public String toString() {
        return tenant.value() + "/policy/" + profile;
    }
}
