package tenancy;

import java.util.Map;

/** Nobody we know: no credential, or one that is not in force. Which of both is not told. */
public class Unauthenticated extends Refusal {

    private final boolean presented;

    public Unauthenticated() {
        this(false);
    }

    /** @param presented whether a credential was sent at all: RFC 6750 tells only then that it does not count */
    public Unauthenticated(boolean presented) {
        super(Kind.UNAUTHENTICATED, "invalid_credential", "Send a valid credential as 'Authorization: Bearer …'.");
        this.presented = presented;
    }

    @Override
    public Map<String, String> headers() {
        String scheme = "Bearer realm=\"firebreak\"";
        return Map.of("WWW-Authenticate", presented ? scheme + ", error=\"invalid_token\"" : scheme);
    }
}
