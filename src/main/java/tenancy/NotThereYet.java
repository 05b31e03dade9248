package tenancy;

import java.time.Instant;

/** It exists, and did not at the moment that was asked about. */
public class NotThereYet extends Refusal {

    /** @param first when it came to be, and the number of that entry in its tenant's journal */
    public NotThereYet(String what, Instant first, long sequence) {
        super(
                Kind.NOT_FOUND,
                "not_there_yet",
                "%s came to be at %s, with entry %d of the tenant's journal: ask for then or later."
                        .formatted(what, first, sequence));
    }
}
