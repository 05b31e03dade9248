package secrets;

import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.Posture;
import tenancy.Refusal;
import tenancy.TenantId;

/**
 * Ends the leases of whoever is killed. Under other postures a call that goes on is ended by whoever makes it, and its
 * lease with it.
 */
@Component
class ContainedLeases implements ContainedWork {

    private static final String KIND = "lease";

    private final Revocations revocations;

    ContainedLeases(Revocations revocations) {
        this.revocations = revocations;
    }

    @Override
    public void changed(TenantId tenant) {
        // The calls that use leases are ended by whoever makes them.
    }

    @Override
    public List<Reached> reaches(Containment asked, int most) {
        return List.of();
    }

    @Override
    public List<Reached> stop(Containment containment, List<Reached> soFar) {
        if (containment.posture() != Posture.KILLED || !soFar.isEmpty()) {
            return List.of();
        }
        List<Reached> ended = new ArrayList<>();
        switch (containment.scope().kind()) {
            case TENANT ->
                revoke(containment, Scope.TENANT, containment.tenant().value(), ended);
            case CONNECTOR ->
                revoke(containment, Scope.CONNECTOR, containment.scope().key(), ended);
            case SECRET -> revoke(containment, Scope.SECRET, containment.scope().key(), ended);
            case AGENT, AGENT_CLASS, WORKSPACE ->
                containment.agents().forEach(agent -> revoke(containment, Scope.AGENT, agent, ended));
            // What they have in common is no credential: their calls were ended, and no new one starts.
            case RUN, OPERATION, DESTINATION, MODEL -> {}
        }
        return ended;
    }

    private void revoke(Containment containment, Scope scope, String key, List<Reached> ended) {
        try {
            revocations
                    .revoke(containment.context(), scope, key, containment.reason())
                    .uses()
                    .forEach(use -> ended.add(new Reached(KIND, use.leaseId(), Fate.REVOKED)));
        } catch (Refusal nothingThere) {
            // There is no such secret: nothing is leased of it.
            if (nothingThere.kind() != Refusal.Kind.NOT_FOUND) {
                throw nothingThere;
            }
        }
    }
}
