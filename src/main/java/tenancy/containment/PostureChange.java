package tenancy.containment;

import tenancy.Restriction;

/** What a containment command has changed. */
sealed interface PostureChange {

    record Set(Restriction restriction) implements PostureChange {}

    /** A rule that only looks on. */
    record Noted() implements PostureChange {}

    /** A rule wanted less than another one has set. */
    record Unchanged(Restriction restriction) implements PostureChange {}

    /** Nothing yet: a second person has to confirm. */
    record Awaited(Restriction restriction) implements PostureChange {}

    /**
     * @param restriction as it was
     * @param epoch raised by the release
     */
    record Released(Restriction restriction, long epoch) implements PostureChange {}
}
