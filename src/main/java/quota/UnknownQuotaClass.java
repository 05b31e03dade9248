package quota;

import tenancy.Forbidden;

/** Nobody defined this quota class: what has no limits may do nothing. */
public class UnknownQuotaClass extends Forbidden {

    UnknownQuotaClass(String quotaClass) {
        super(
                "unknown_quota_class",
                "Quota class %s is not defined, so nothing is allowed under it.".formatted(quotaClass));
    }
}
