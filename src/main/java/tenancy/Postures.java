package tenancy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How far everything of a tenant is contained. */
public interface Postures {

    /** The strictest restriction on this subject, as decided up to here. In the tenant's lane only. */
    Optional<Restriction> on(TenantId tenant, Subject subject);

    /**
     * The tenant's epoch, for what is about to start. In the tenant's lane only: the commit fails, and is decided again,
     * if another node has raised it meanwhile.
     */
    long epochToStart(TenantId tenant);

    /** For how long a subject's clocks have stood still between two moments. In the tenant's lane only. */
    Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to);

    /** The strictest restriction that this node knows of, as committed. Anywhere. */
    Optional<Restriction> known(TenantId tenant, Subject subject);

    /** As {@link #stoodStill}, by what this node knows. Anywhere; for what is shown. */
    Duration knownToHaveStood(TenantId tenant, Subject subject, Instant from, Instant to);

    /** The epoch up to which this node knows. Anywhere. */
    long knownEpoch(TenantId tenant);
}
