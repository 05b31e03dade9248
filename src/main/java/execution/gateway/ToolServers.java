package execution.gateway;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** What MCP servers say of their tools; asked past the same guard as actions. */
public interface ToolServers {

    /** The operation that a grant has to name, so that a secret may be used to ask a server for its tools. */
    String LISTING = "tools.list";

    /**
     * A server that is asked.
     *
     * @param system the connector's key: a secret is only lent for the connector that it belongs to
     * @param url the server's endpoint
     * @param revision of the protocol
     * @param privateHosts hosts that may resolve to a loopback or private address
     * @param credential how requests carry one, as a connector's {@code credential} says it; absent if they carry none
     */
    record Server(
            String system,
            String url,
            String revision,
            Set<String> privateHosts,
            @Nullable JsonNode credential) {

        public Server {
            privateHosts = Set.copyOf(privateHosts);
        }
    }

    /**
     * Asks a server for its tools. For virtual threads.
     *
     * @param context for whom; a credential is lent in the tenant's lane, for reading, and for this alone
     * @throws ToolsUnlisted if it does not answer as MCP servers do, or nothing was lent
     * @throws tenancy.Refusal if address, revision or credential are none
     */
    List<JsonNode> tools(TenantContext context, Server server);
}
