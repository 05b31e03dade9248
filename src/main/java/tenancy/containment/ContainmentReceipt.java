package tenancy.containment;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tenancy.ContainedWork.Reached;

/**
 * What is told of one change of a posture, and signed. Only what is {@code confirmed} is known to have stopped.
 *
 * @param type always {@link #TYPE}: what is signed is this and nothing else
 * @param posture that was set; {@code normal} for a release
 * @param state {@code requested} while something may still run or a node has not heard, else {@code confirmed}
 * @param counts how many of each kind and fate, such as {@code action/held}
 * @param reached each one; not more than {@link #MOST_TOLD}
 * @param leftOut how many more there were
 * @param nodes that act on it
 */
@JsonPropertyOrder({"type", "tenant_id", "containment_id", "scope", "key", "posture", "state"})
record ContainmentReceipt(
        String type,
        String tenantId,
        String containmentId,
        String scope,
        String key,
        String posture,
        String state,
        String reason,
        String by,
        String owner,
        long epoch,
        Instant requestedAt,
        @Nullable Instant confirmedAt,
        @Nullable Instant expiresAt,
        Map<String, Integer> counts,
        List<Reached> reached,

        @JsonProperty("left_out") int leftOut,

        List<String> nodes) {

    static final String TYPE = "firebreak.containment_receipt.v1";
    static final int MOST_TOLD = 10_000;
    static final String REQUESTED = "requested";
    static final String CONFIRMED = "confirmed";

    ContainmentReceipt {
        counts = Collections.unmodifiableMap(new TreeMap<>(counts));
        reached = List.copyOf(reached);
        nodes = List.copyOf(nodes);
    }
}
