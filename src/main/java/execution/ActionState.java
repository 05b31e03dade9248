package execution;

import java.util.Locale;
import tenancy.InvalidField;

/** Where an action stands, as its tenant sees it; in JSON and SQL by its lower-case name. */
public enum ActionState {
    QUEUED,
    /** It waits for people; nothing is reserved for it. */
    APPROVAL_REQUIRED,
    /** It has a slot and asks what has to be asked before its effect. */
    CHECKING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** It was done, and another action has undone it since. */
    COMPENSATED,
    /** It was sent and no answer tells whether it was done. It is never repeated by itself; it can be reconciled. */
    OUTCOME_UNKNOWN,
    CANCELLED,
    THROTTLED,
    BUDGET_EXCEEDED,
    DENIED,
    /** Contained: nothing of its scope, or nothing of its kind there, starts now. */
    FROZEN;

    /** Whether nothing changes any more by itself. */
    public boolean isFinal() {
        return switch (this) {
            case QUEUED, APPROVAL_REQUIRED, CHECKING, RUNNING -> false;
            case SUCCEEDED,
                    FAILED,
                    COMPENSATED,
                    OUTCOME_UNKNOWN,
                    CANCELLED,
                    THROTTLED,
                    BUDGET_EXCEEDED,
                    DENIED,
                    FROZEN -> true;
        };
    }

    /** The state of that name; refuses what is none as the query parameter {@code state}. */
    static ActionState of(String word) {
        for (ActionState state : values()) {
            if (state.word().equals(word)) {
                return state;
            }
        }
        throw new InvalidField("/state", "unknown", "must be a state of an action in lower case");
    }

    /** The name in JSON, SQL and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
