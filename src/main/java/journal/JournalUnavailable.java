package journal;

import java.time.Duration;
import tenancy.Refusal;
import tenancy.Unconfirmed;

/** The database did not confirm in time. */
class JournalUnavailable extends Refusal {

    private JournalUnavailable(String message) {
        super(Kind.UNAVAILABLE, "journal_unavailable", message);
    }

    private static final class MayBeRecorded extends JournalUnavailable implements Unconfirmed {

        private MayBeRecorded(String message) {
            super(message);
        }
    }

    static JournalUnavailable nothingRecorded(Duration waited) {
        return new JournalUnavailable(
                "The journal could not be written within %s. Nothing was recorded: retry.".formatted(waited));
    }

    /** It was sent, and nobody knows yet whether it was committed. */
    static JournalUnavailable outcomeUnknown(Duration waited) {
        return new MayBeRecorded(
                "The journal did not confirm within %s. It may have been recorded: retry with the same idempotency key,"
                                .formatted(waited)
                        + " which never does it twice.");
    }
}
