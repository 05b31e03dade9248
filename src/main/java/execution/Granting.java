package execution;

import execution.gateway.Quarantined;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Restriction;

/** What came of a grant; all of it is committed. */
sealed interface Granting {

    /** It counts, and others have to agree too. */
    record More() implements Granting {}

    /** It was the last: the action is queued. */
    record Released() implements Granting {}

    /** It came too late. */
    record Expired() implements Granting {}

    /** Nothing was granted, for it is contained; the same grant can succeed after the release. */
    record Contained(Restriction restriction) implements Granting {}

    /** What would have been agreed to is not allowed any more. */
    record Voided(Cause cause, String remedy) implements Granting {}

    /** The operation is not called now: nothing was granted, and it is held as it was. */
    record Withheld(Quarantined why) implements Granting {}

    /** Something else needs to be agreed to now; nothing granted before counts. */
    record Changed(String digest) implements Granting {}

    /**
     * Nothing was granted, for there is no room now; the same grant can succeed later.
     *
     * @param state {@code throttled} or {@code budget_exceeded}
     */
    record NoRoom(ActionState state, Cause cause, @Nullable String remedy) implements Granting {}
}
