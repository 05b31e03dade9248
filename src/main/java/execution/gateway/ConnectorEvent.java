package execution.gateway;

import org.axonframework.serialization.Revision;
import tools.jackson.databind.JsonNode;

/** What happened to a tenant's connector. */
public sealed interface ConnectorEvent {

    /**
     * The system was described, or described anew.
     *
     * @param version 1, 2, 3 …
     * @param digest SHA-256 over the canonical document, lower-case hex
     */
    @Revision("1")
    record ConnectorDefined(String system, long version, String digest, JsonNode document) implements ConnectorEvent {}
}
