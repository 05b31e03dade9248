package execution;

/** Where a run stands; in JSON and SQL by its lower-case name. */
public enum RunState {
    OPEN,
    ENDED,
    REFUSED;

    /** The name in JSON, SQL and metrics. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
