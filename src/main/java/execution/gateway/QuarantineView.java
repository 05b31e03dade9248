package execution.gateway;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An operation in quarantine, as its tenant sees it.
 *
 * @param offeredDigest what an accept has to name; absent where the upstream has the operation no more
 * @param more how many changes there are beside those that are listed
 * @param offered the operation as it was drafted from its upstream now; absent where none can be drafted, or where it
 *     stands in the document
 * @param accept where it is accepted; absent where there is nothing to accept
 */
public record QuarantineView(
        String operation,
        Instant since,
        String acceptedDigest,
        @Nullable String offeredDigest,
        List<Change> changes,
        int more,
        @Nullable JsonNode offered,
        @Nullable String accept) {

    public QuarantineView {
        changes = List.copyOf(changes);
    }
}
