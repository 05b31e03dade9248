package secrets;

import tenancy.Cause;
import tenancy.Cause.Owner;

/** What the book says to who wants a lease. */
sealed interface LeaseDecision {

    /** @param fence the tenant's newest now */
    record Granted(String secret, long version, String grant, long fence) implements LeaseDecision {}

    record Refused(String code, Cause cause) implements LeaseDecision {}

    static Refused refused(String code, String detail) {
        Owner owner = code.endsWith("_revoked") ? Owner.OPERATOR : Owner.TENANT;
        return new Refused(code, new Cause(owner, "credential", null, null, null, null, null, null, detail));
    }
}
