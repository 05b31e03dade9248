package execution.gateway;

import java.util.List;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Connectors that were imported, and what is found when their upstreams are looked at again. For virtual threads. */
public interface Upstreams {

    /**
     * A connector as it is in force.
     *
     * @param document what {@code PUT /v1/connectors/{system}} took
     */
    record InForce(String system, long version, JsonNode document) {}

    /**
     * What a comparison came to.
     *
     * @param version of the connector that was compared
     * @param unchanged operations that are what was accepted
     * @param quarantined all operations of the connector that wait until somebody accepts what they have become
     * @param notCompared operations that were written by hand
     * @param added what the upstream offers and no operation stands for, by its names
     */
    record Comparison(
            String system,
            long version,
            List<String> unchanged,
            List<QuarantineView> quarantined,
            List<String> notCompared,
            List<Offer> added) {

        public Comparison {
            unchanged = List.copyOf(unchanged);
            quarantined = List.copyOf(quarantined);
            notCompared = List.copyOf(notCompared);
            added = List.copyOf(added);
        }
    }

    /** @throws tenancy.NotFound if the tenant has no such connector */
    InForce inForce(TenantContext context, String system);

    /**
     * Compares a connector with what its upstream offers now, and quarantines what is not what was accepted.
     *
     * @param offers all that the upstream offers
     * @throws VersionConflict if the connector was changed meanwhile
     */
    Comparison compare(TenantContext context, InForce connector, List<Offer> offers);
}
