package execution.gateway;

import execution.gateway.ConnectorCommand.CompareConnector;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Quarantines in the tenant's lane what a call found to be changed, so that the next is refused before it starts. */
@Component
class ObservedDrift implements Drift {

    private static final Logger LOG = LoggerFactory.getLogger(ObservedDrift.class);

    private final TenantCommands commands;
    private final ToolDrafts drafts;

    ObservedDrift(TenantCommands commands, ToolDrafts drafts) {
        this.commands = commands;
        this.drafts = drafts;
    }

    @Override
    public void found(TenantContext context, HttpOperation operation, @Nullable JsonNode tool) {
        try {
            McpTool pinned = Objects.requireNonNull(operation.described().tool());
            JsonNode described =
                    operation.target().document().path("operations").path(operation.name());
            Offer offer =
                    tool == null ? null : drafts.offered(tool, pinned.revision().text());
            ConnectorView unused = commands.ask(
                    context,
                    new CompareConnector(
                            new ConnectorId(context.tenant(), operation.system()),
                            operation.connectorVersion(),
                            List.of(Finding.of(operation.name(), described, offer))));
        } catch (RuntimeException unwritten) {
            // The tool is not called either way; whoever calls it next finds the same.
            LOG.warn("{} of {} could not be quarantined", operation.name(), operation.system(), unwritten);
        }
    }
}
