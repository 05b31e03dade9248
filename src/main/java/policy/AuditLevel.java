package policy;

import java.util.Locale;
import java.util.Optional;

/** What is kept of the arguments and results of a tenant's actions; in documents by its lower-case name. */
public enum AuditLevel {
    /** Both, in the journal. */
    FULL,
    /** Their SHA-256 only. */
    DIGEST,
    /** Their SHA-256 in the journal, which has to tell one action from another, and nothing where actions are shown. */
    NONE;

    static Optional<AuditLevel> of(String word) {
        for (AuditLevel level : values()) {
            if (level.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
