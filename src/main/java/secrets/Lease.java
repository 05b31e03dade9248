package secrets;

import java.time.Instant;
import tenancy.ActionId;

/**
 * A short-lived right to use one version of one secret, for one action at one destination. It holds no secret, and by
 * itself opens nothing: each use is checked against what is in force then.
 *
 * @param id unique within the tenant, time-ordered
 * @param secret the secret's key within the tenant
 * @param version of the secret
 * @param system the connector's key
 * @param destination host that the credential may be sent to, lower case, without port
 * @param expiresAt at most five minutes after it was issued
 */
public record Lease(
        ActionId action,
        String id,
        String secret,
        long version,
        String system,
        String operation,
        String destination,
        Mode mode,
        Instant expiresAt) {}
