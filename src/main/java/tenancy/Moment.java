package tenancy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** A moment of a tenant's past: by the clock, or by the number of the last entry of its journal that counts. */
public sealed interface Moment {

    /** All that happened until this time, inclusive. */
    record At(Instant time) implements Moment {}

    /** All entries of the tenant's journal up to this one. */
    record Through(long sequence) implements Moment {}

    /**
     * Reads the query parameter {@code as_of}: an instant (RFC 3339, UTC or with an offset) or a sequence number of the
     * tenant's journal. Whether it has come already is {@link PastStates}' question.
     */
    static Moment of(String asOf) {
        try {
            if (asOf.length() <= 18 && !asOf.isEmpty() && asOf.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return new Through(Long.parseLong(asOf));
            }
            return new At(OffsetDateTime.parse(asOf).toInstant());
        } catch (DateTimeParseException neither) {
            throw new InvalidField(
                    "/as_of",
                    "wrong_value",
                    "must be a time such as 2026-11-23T10:00:00Z or a sequence number of the tenant's journal");
        }
    }
}
