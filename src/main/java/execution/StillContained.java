package execution;

import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Restriction;

/** An action could be released, and it is contained: it stays held, its time stands still, and it can be granted later. */
public class StillContained extends Refusal {

    private final Cause cause;

    StillContained(Restriction restriction) {
        super(
                Kind.LOCKED,
                ActionState.FROZEN.word(),
                "Nothing was granted: %s. Grant it again after the release."
                        .formatted(restriction.cause().detail()));
        this.cause = restriction.cause();
    }

    @Override
    public Cause because() {
        return cause;
    }
}
