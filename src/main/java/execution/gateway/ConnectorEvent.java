package execution.gateway;

import java.util.List;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What happened to a tenant's connector. */
public sealed interface ConnectorEvent {

    /** The connector's key. */
    String system();

    /**
     * The system was described, or described anew.
     *
     * @param version 1, 2, 3 …
     * @param digest SHA-256 over the canonical document, lower-case hex
     */
    @Revision("1")
    record ConnectorDefined(String system, long version, String digest, JsonNode document) implements ConnectorEvent {}

    /**
     * The description is the catalogue's.
     *
     * @param catalogueVersion of the catalogue's description
     * @param digest SHA-256 over it
     */
    @Revision("1")
    record ConnectorAdopted(String system, long catalogueVersion, String digest) implements ConnectorEvent {}

    /**
     * An operation is not what was accepted any more, and is not called until somebody accepts what it is now.
     *
     * @param acceptedDigest of the description that was accepted
     * @param offeredDigest of what is found now; absent where the upstream has the operation no more
     * @param more how many changes there are beside those that are listed
     * @param offered the operation as it was drafted now; absent where it cannot be, or stands in the document
     * @param before what was accepted, where what is found stands in the document already
     */
    @Revision("1")
    record OperationQuarantined(
            String system,
            String operation,
            String acceptedDigest,
            @Nullable String offeredDigest,
            List<Change> changes,
            int more,
            @Nullable JsonNode offered,
            @Nullable JsonNode before)
            implements ConnectorEvent {

        public OperationQuarantined {
            changes = List.copyOf(changes);
            offered = absent(offered);
            before = absent(before);
        }

        private static @Nullable JsonNode absent(@Nullable JsonNode read) {
            return read == null || read.isNull() ? null : read;
        }
    }

    /**
     * What a quarantined operation has become was accepted.
     *
     * @param digest of the description that was accepted
     */
    @Revision("1")
    record OperationAccepted(String system, String operation, String digest) implements ConnectorEvent {}
}
