package execution;

import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Restriction;

/** What is asked for is contained: nothing was decided, and nothing changed. */
public class ContainedNow extends Refusal {

    private final Cause cause;

    /** @param words what came of that */
    ContainedNow(String words, Restriction restriction) {
        super(
                Kind.LOCKED,
                ActionState.FROZEN.word(),
                "%s: %s".formatted(words, restriction.cause().detail()));
        this.cause = restriction.cause();
    }

    @Override
    public Cause because() {
        return cause;
    }
}
