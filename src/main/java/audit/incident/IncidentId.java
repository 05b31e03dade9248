package audit.incident;

import tenancy.Identifiers;
import tenancy.TenantId;

/** One incident of a tenant. Spelled as an aggregate identifier it is {@code <tenant>/incident/<key>}. */
record IncidentId(TenantId tenant, String key) {

    IncidentId {
        Identifiers.check("incident_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/incident/" + key;
    }
}
