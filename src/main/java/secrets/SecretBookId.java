package secrets;

import tenancy.TenantId;

/** All that a tenant has said about its secrets. Spelled as an aggregate identifier it is {@code <tenant>/secrets/book}. */
record SecretBookId(TenantId tenant) {

    @Override
    public String toString() {
        return tenant.value() + "/secrets/book";
    }
}
