package tenancy;

/** The platform cannot do this now, through no fault of the caller; the same request may work later. */
public class Unavailable extends Refusal {

    /** @param code the stable code of what is missing, documented in {@code docs/problems.md} */
    public Unavailable(String code, String message) {
        super(Kind.UNAVAILABLE, code, message);
    }
}
