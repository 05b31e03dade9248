package policy;

import tenancy.TenantId;

/** The one draft of a policy profile. Spelled as an aggregate identifier it is {@code <tenant>/policy-draft/<profile>}. */
record DraftId(ProfileId of) {

    TenantId tenant() {
        return of.tenant();
    }

    @Override
    public String toString() {
        return of.tenant().value() + "/policy-draft/" + of.profile();
    }
}
