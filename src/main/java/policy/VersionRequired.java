package policy;

import tenancy.Refusal;

/** A profile that exists is changed only by who says which version they saw. */
public class VersionRequired extends Refusal {

    VersionRequired(String profile, long inForce) {
        super(
                Kind.PRECONDITION_REQUIRED,
                "precondition_required",
                "Profile %s exists at version %d: send If-Match: \"%d\" to replace it."
                        .formatted(profile, inForce, inForce));
    }
}
