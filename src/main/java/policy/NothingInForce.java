package policy;

import tenancy.Refusal;

/** A version can be tried out only beside one that decides. */
public class NothingInForce extends Refusal {

    NothingInForce(String profile) {
        super(
                Kind.CONFLICT,
                "nothing_in_force",
                "Profile %s has no version in force: there is nothing to try another one out beside."
                        .formatted(profile));
    }
}
