package policy;

/** Whether what a check's operation answered lets an action through. */
public interface Checks {

    /**
     * Evaluates the check's condition; a pure function.
     *
     * @param result the operation's answer, JSON
     * @return true only if the condition is plainly true of it; an answer without the field asked for is a no
     */
    boolean pass(Verdict.Check check, String result);
}
