package execution;

import java.util.Locale;
import tenancy.InvalidField;

/** Where a run stands; in JSON and SQL by its lower-case name. */
public enum RunState {
    OPEN,
    /** It stopped at a cap, and goes on once that is raised. */
    PAUSED,
    ENDED,
    REFUSED;

    /** The state of that name; refuses what is none as the query parameter {@code state}. */
    static RunState of(String word) {
        for (RunState state : values()) {
            if (state.word().equals(word)) {
                return state;
            }
        }
        throw new InvalidField("/state", "unknown", "must be a state of a run in lower case");
    }

    /** The name in JSON, SQL and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
