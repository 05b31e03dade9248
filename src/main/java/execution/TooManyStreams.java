package execution;

import tenancy.Refusal;

/** The tenant already follows as many actions as it may at a time. */
class TooManyStreams extends Refusal {

    TooManyStreams(int most) {
        super(
                Kind.TOO_MANY,
                "too_many_streams",
                "This tenant already follows %d actions, the most it may; close one.".formatted(most));
    }
}
