package policy;

import tenancy.ActionEnvelope;

/**
 * Decides on envelopes of one tenant as if another document were in force, with all its layers. Pure, and bound to no
 * lane: it may be asked anywhere, a hundred thousand times and from many threads.
 */
interface Decider {

    Verdict decide(ActionEnvelope envelope);
}
