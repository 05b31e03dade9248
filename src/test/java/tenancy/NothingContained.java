package tenancy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The postures of tenants of which nothing is contained; it may have been for a while. */
public final class NothingContained implements Postures {

    /** For how long everything has stood still. */
    public Duration still = Duration.ZERO;

    @Override
    public Optional<Restriction> on(TenantId tenant, Subject subject) {
        return Optional.empty();
    }

    @Override
    public long epochToStart(TenantId tenant) {
        return 0;
    }

    @Override
    public Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to) {
        return still;
    }

    @Override
    public Optional<Restriction> known(TenantId tenant, Subject subject) {
        return Optional.empty();
    }

    @Override
    public Duration knownToHaveStood(TenantId tenant, Subject subject, Instant from, Instant to) {
        return still;
    }

    @Override
    public long knownEpoch(TenantId tenant) {
        return 0;
    }
}
