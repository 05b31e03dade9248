package audit.incident;

import java.util.Locale;

/** How bad it is, in the judgement of whoever opened the incident. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** The name in JSON, SQL and words. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
