package tenancy;

/** The request is well formed, but what it names is in a state that does not allow it. */
public class Conflict extends Refusal {

    /** @param code the stable code of this conflict, documented in {@code docs/problems.md} */
    public Conflict(String code, String message) {
        super(Kind.CONFLICT, code, message);
    }
}
