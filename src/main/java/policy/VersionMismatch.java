package policy;

import tenancy.Refusal;

/** Somebody published in between: the version that the change was made from is no longer in force. */
public class VersionMismatch extends Refusal {

    VersionMismatch(String profile, long expected, long inForce) {
        super(
                Kind.PRECONDITION_FAILED,
                "version_mismatch",
                "Profile %s is at version %d, not %d: read it again and repeat the change."
                        .formatted(profile, inForce, expected));
    }
}
