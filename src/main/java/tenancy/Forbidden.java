package tenancy;

/** The caller is known, and may not do this. */
public class Forbidden extends Refusal {

    /** @param code the stable code of this rule, documented in {@code docs/problems.md} */
    public Forbidden(String code, String message) {
        super(Kind.FORBIDDEN, code, message);
    }
}
