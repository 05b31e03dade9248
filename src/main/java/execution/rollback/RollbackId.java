package execution.rollback;

import tenancy.Identifiers;
import tenancy.TenantId;

/** One plan to undo. Spelled as an aggregate identifier it is {@code <tenant>/rollback/<key>}. */
record RollbackId(TenantId tenant, String key) {

    RollbackId {
        Identifiers.check("rollback_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/rollback/" + key;
    }
}
