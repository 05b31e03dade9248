package secrets;

import java.time.Instant;
import secrets.Credentials.Purpose;
import tenancy.TenantContext;

/** Makes tokens for callers that must call a system themselves. What was sealed long ago is never one of them. */
public interface HandOuts {

    /**
     * Makes one under this lease and keeps it sealed until it is collected. For virtual threads, outside of lanes.
     *
     * @param context of the action, its sender as principal
     * @param purpose what the lease was issued for
     * @throws LeaseRefused if the lease may not be used now, or what was made is wider or lives longer than was asked for
     */
    Ready make(TenantContext context, Lease lease, Purpose purpose, HandOut how);

    /**
     * What can be collected, once, at {@code /v1/leases/{lease}:collect}.
     *
     * @param audience who takes it
     * @param scope scopes, with spaces between
     * @param expiresAt of the token
     * @param collectUntil the token is gone then
     */
    record Ready(String lease, String audience, String scope, Instant expiresAt, Instant collectUntil) {}
}
