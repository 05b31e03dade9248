package secrets;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A lease as it was issued.
 *
 * @param action key of the action
 * @param grant the one that it was issued under
 * @param fence the tenant's newest when it was issued
 */
record IssuedLease(
        String id,
        String action,
        @Nullable String run,
        @Nullable String agent,
        String agentClass,
        @Nullable String workspace,
        String secret,
        long version,
        String grant,
        String system,
        String operation,
        String destination,
        Mode mode,
        long fence,
        Instant issuedAt,
        Instant expiresAt) {

    /** Whether somebody holds this lease, and has changed nothing of it. */
    boolean is(Lease held) {
        return id.equals(held.id())
                && action.equals(held.action().key())
                && secret.equals(held.secret())
                && version == held.version()
                && system.equals(held.system())
                && operation.equals(held.operation())
                && destination.equals(held.destination())
                && mode == held.mode()
                && expiresAt.equals(held.expiresAt());
    }
}
