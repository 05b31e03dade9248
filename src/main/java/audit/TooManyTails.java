package audit;

import tenancy.Refusal;

/** The tenant already follows its journal as often as it may at a time. */
class TooManyTails extends Refusal {

    TooManyTails(int most) {
        super(
                Kind.TOO_MANY,
                "too_many_tails",
                "This tenant already has %d open tails, the most it may have; close one.".formatted(most));
    }
}
