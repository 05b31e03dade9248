package execution.gateway;

import java.util.List;
import java.util.Set;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/** What MCP servers say of their tools; asked past the same guard as actions, and without a credential. */
public interface ToolServers {

    /**
     * Asks a server for its tools. For virtual threads.
     *
     * @param owner for whom
     * @param url the server's endpoint
     * @param revision of the protocol
     * @param privateHosts hosts that may resolve to a loopback or private address
     * @throws ToolsUnlisted if it does not answer as MCP servers do
     * @throws tenancy.InvalidField if the address or the revision is none
     */
    List<JsonNode> tools(TenantId owner, String url, String revision, Set<String> privateHosts);
}
