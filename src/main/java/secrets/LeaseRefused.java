package secrets;

import tenancy.Refusal;

/** The lease cannot be used, or not for this. */
public final class LeaseRefused extends Refusal {

    private static final long serialVersionUID = 1;

    /**
     * @param code {@code lease_expired}, {@code lease_revoked}, {@code lease_mismatch}, {@code destination_not_bound},
     *     {@code secret_unavailable}, {@code credential_unusable} or {@code token_too_wide}
     */
    public LeaseRefused(String code, String message) {
        super(Kind.FORBIDDEN, code, message);
    }
}
