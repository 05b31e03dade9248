package policy;

import tenancy.Refusal;

/** The profile has no version that is tried out. */
public class NothingInShadow extends Refusal {

    NothingInShadow(String profile) {
        super(Kind.CONFLICT, "nothing_in_shadow", "Profile %s has no version in shadow.".formatted(profile));
    }
}
