package tenancy;

/** Nobody we know: no credential, or one that is not in force. Which of both is not told. */
public class Unauthenticated extends Refusal {

    public Unauthenticated() {
        super(Kind.UNAUTHENTICATED, "invalid_credential", "Send a valid credential as 'Authorization: Bearer …'.");
    }
}
