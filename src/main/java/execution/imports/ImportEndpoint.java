package execution.imports;

import execution.gateway.ToolServers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.LongWork;
import tenancy.Role;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Drafts of connectors over HTTP. A draft changes nothing: it is put in force like a document written by hand. */
@RestController
@RequestMapping("/v1/connectors")
class ImportEndpoint {

    private final ToolServers servers;

    ImportEndpoint(ToolServers servers) {
        this.servers = servers;
    }

    /**
     * One of two.
     *
     * @param openapi an OpenAPI document, as JSON or as the text of JSON or YAML
     * @param baseUrl where the product answers, if its document does not say so
     * @param mcp a server that is asked for its tools
     */
    record Import(
            @Nullable JsonNode openapi,
            @Nullable String baseUrl,
            @Nullable McpServer mcp) {}

    /**
     * @param url the server's endpoint
     * @param revision of the protocol
     * @param allowPrivateAddresses hosts that may resolve to a loopback or private address
     * @param credential how its requests carry a credential, as a connector's document says it; absent if they carry none
     */
    record McpServer(
            String url,
            String revision,
            @Nullable List<String> allowPrivateAddresses,
            @Nullable JsonNode credential) {}

    @PostMapping("/{system}:import")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    Draft draft(TenantContext context, Caller caller, @PathVariable String system, @RequestBody Import wanted) {
        JsonNode document = wanted.openapi();
        McpServer server = wanted.mcp();
        if (document != null && server == null) {
            return LongWork.of(context.tenant(), () -> OpenApiImport.draft(system, api(document), wanted.baseUrl()));
        }
        if (document != null || server == null) {
            throw InvalidImport.of("", "one_of", "must have openapi or mcp");
        }
        List<String> near = server.allowPrivateAddresses() == null ? List.of() : server.allowPrivateAddresses();
        if (!near.isEmpty() && caller.role() != Role.OPERATOR) {
            throw new Forbidden("private_addresses", "Only an operator may import from a private address.");
        }
        List<JsonNode> tools = servers.tools(
                context,
                new ToolServers.Server(system, server.url(), server.revision(), Set.copyOf(near), server.credential()));
        return LongWork.of(
                context.tenant(),
                () -> McpImport.draft(system, server.url(), server.revision(), near, server.credential(), tools));
    }

    private static JsonNode api(JsonNode document) {
        return document.isString() ? ImportedText.read(document.stringValue(), "/openapi") : document;
    }
}
