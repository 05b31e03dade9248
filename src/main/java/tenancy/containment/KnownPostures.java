package tenancy.containment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantId;

/** What this node knows to be contained, as committed; by any thread. Tenants of which nothing ever was are not in it. */
@Component
class KnownPostures {

    /**
     * A tenant's postures at one epoch.
     *
     * @param stood periods that are over, in which something stood still
     */
    record Standing(long epoch, List<Restriction> inForce, List<Stillness> stood) {

        static final Standing NONE = new Standing(0, List.of(), List.of());

        Standing {
            inForce = List.copyOf(inForce);
            stood = List.copyOf(stood);
        }
    }

    private final ConcurrentMap<TenantId, Standing> standings = new ConcurrentHashMap<>();

    /** An older standing never takes the place of a newer one. */
    void know(TenantId tenant, Standing standing) {
        standings.merge(tenant, standing, (before, after) -> after.epoch() >= before.epoch() ? after : before);
    }

    Standing of(TenantId tenant) {
        return standings.getOrDefault(tenant, Standing.NONE);
    }

    Map<TenantId, Standing> all() {
        return Map.copyOf(standings);
    }

    Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to) {
        Standing standing = of(tenant);
        return Stillness.of(Stillness.all(standing.stood(), standing.inForce(), to), subject, from, to);
    }

    Optional<Restriction> on(TenantId tenant, Subject subject) {
        List<Restriction> inForce = of(tenant).inForce();
        return inForce.isEmpty() ? Optional.empty() : PostureBook.strictest(inForce, subject);
    }
}
