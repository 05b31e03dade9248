package execution.gateway;

import tools.jackson.databind.JsonNode;

/** Operations as an import would draft them, for the gateway: it sees what servers say of their tools, and knows no more. */
public interface ToolDrafts {

    /**
     * What a tool's description offers.
     *
     * @param tool as its server describes it
     * @param revision of the protocol
     */
    Offer offered(JsonNode tool, String revision);
}
