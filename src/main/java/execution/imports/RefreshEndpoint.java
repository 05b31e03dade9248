package execution.imports;

import execution.gateway.Offer;
import execution.gateway.QuarantineView;
import execution.gateway.ToolServers;
import execution.gateway.Upstreams.Comparison;
import execution.gateway.Upstreams.InForce;
import execution.gateway.Upstreams;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.LongWork;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Looks again at what a connector was imported from. What is not what was accepted waits in quarantine. */
@RestController
@RequestMapping("/v1/connectors")
class RefreshEndpoint {

    private final Upstreams upstreams;
    private final ToolServers servers;

    RefreshEndpoint(Upstreams upstreams, ToolServers servers) {
        this.upstreams = upstreams;
        this.servers = servers;
    }

    /** @param openapi the product's document as it is now; absent for an MCP server, which is asked */
    record Refresh(@Nullable JsonNode openapi) {}

    /**
     * What came of it.
     *
     * @param version of the connector
     * @param unchanged operations that are what was accepted
     * @param quarantined operations that wait until somebody accepts what they have become
     * @param notCompared operations that were written by hand
     * @param added what could be imported beside; nothing of it can be called before
     */
    record Refreshed(
            String system,
            long version,
            List<String> unchanged,
            List<QuarantineView> quarantined,
            List<String> notCompared,
            List<Added> added) {}

    /**
     * @param upstream what the upstream calls it
     * @param effect as it would be guessed; absent if no operation can be drafted from it
     * @param description the upstream's words
     * @param unfit why no operation can be drafted from it
     */
    record Added(
            String upstream,
            @Nullable String effect,
            @Nullable String description,
            @Nullable String unfit) {

        static Added of(Offer offer) {
            JsonNode operation = offer.operation();
            return new Added(
                    offer.upstream(),
                    operation == null ? null : operation.path("effect").asString(null),
                    operation == null ? null : operation.path("description").asString(null),
                    offer.unfit());
        }
    }

    @PostMapping("/{system}:refresh")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    Refreshed refresh(
            TenantContext context,
            @PathVariable String system,
            @RequestBody(required = false) @Nullable Refresh wanted) {
        InForce connector = upstreams.inForce(context, system);
        JsonNode openapi = wanted == null ? null : wanted.openapi();
        boolean mcp = connector.document().path("protocol").asString("").equals("mcp");
        if (mcp != (openapi == null)) {
            throw InvalidImport.of(
                    "/openapi",
                    "openapi",
                    mcp ? "must be left out: an MCP server is asked" : "must be the product's document as it is now");
        }
        List<Offer> offers = openapi == null
                ? tools(context, connector)
                : LongWork.of(context.tenant(), () -> described(connector, openapi));
        Comparison found = upstreams.compare(context, connector, offers);
        return new Refreshed(
                found.system(),
                found.version(),
                found.unchanged(),
                found.quarantined(),
                found.notCompared(),
                found.added().stream().map(Added::of).toList());
    }

    private static List<Offer> described(InForce connector, JsonNode openapi) {
        JsonNode api = openapi.isString() ? ImportedText.read(openapi.stringValue(), "/openapi") : openapi;
        return OpenApiImport.offers(api, connector.document().path("base_url").stringValue());
    }

    private List<Offer> tools(TenantContext context, InForce connector) {
        JsonNode document = connector.document();
        String revision = document.path("mcp_revision").stringValue();
        Set<String> near = new HashSet<>();
        document.path("allow_private_addresses").forEach(host -> near.add(host.stringValue()));
        var server = new ToolServers.Server(
                connector.system(),
                document.path("base_url").stringValue(),
                revision,
                near,
                document.get("credential"));
        return servers.tools(context, server).stream()
                .map(tool -> McpImport.offered(tool, revision))
                .toList();
    }
}
