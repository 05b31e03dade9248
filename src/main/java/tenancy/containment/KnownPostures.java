package tenancy.containment;

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

    /** A tenant's postures at one epoch. */
    record Standing(long epoch, List<Restriction> inForce) {

        static final Standing NONE = new Standing(0, List.of());

        Standing {
            inForce = List.copyOf(inForce);
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

    Optional<Restriction> on(TenantId tenant, Subject subject) {
        List<Restriction> inForce = of(tenant).inForce();
        return inForce.isEmpty() ? Optional.empty() : PostureBook.strictest(inForce, subject);
    }
}
