package execution;

/** Where an action stands, as its tenant sees it; in JSON and SQL by its lower-case name. */
public enum ActionState {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** It was sent and no answer tells whether it was done. It is never repeated by itself. */
    OUTCOME_UNKNOWN,
    CANCELLED,
    THROTTLED,
    BUDGET_EXCEEDED,
    DENIED;

    /** Whether nothing will change any more. */
    public boolean isFinal() {
        return this != QUEUED && this != RUNNING;
    }

    /** The name in JSON, SQL and metrics. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
