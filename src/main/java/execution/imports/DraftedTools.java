package execution.imports;

import execution.gateway.Offer;
import execution.gateway.ToolDrafts;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Tools of MCP servers as {@link McpImport} drafts them. */
@Component
class DraftedTools implements ToolDrafts {

    @Override
    public Offer offered(JsonNode tool, String revision) {
        return McpImport.offered(tool, revision);
    }
}
