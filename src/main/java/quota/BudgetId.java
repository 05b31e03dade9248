package quota;

import tenancy.TenantId;

/** A tenant's one ledger. Spelled as an aggregate identifier it is {@code <tenant>/budget}. */
record BudgetId(TenantId tenant) {

    @Override
    public String toString() {
        return tenant.value() + "/budget";
    }
}
