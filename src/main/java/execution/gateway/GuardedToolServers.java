package execution.gateway;

import execution.gateway.ConnectorCommand.LendForListing;
import execution.gateway.McpLine.Opening;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import secrets.Credentials;
import secrets.Credentials.Purpose;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.Leases;
import secrets.Mode;
import secrets.Origin;
import tenancy.ActionId;
import tenancy.InvalidField;
import tenancy.Refusal.FieldError;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * MCP servers over the client that actions are sent with: checked addresses, no redirects, bounded answers. What comes
 * back is cleared of what was lent for asking.
 */
@Component
class GuardedToolServers implements ToolServers {

    private static final int MOST_ANSWERED = 1024 * 1024;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final McpLine line;
    private final TenantCommands commands;
    private final Credentials credentials;
    private final Supplier<UUID> ids;

    GuardedToolServers(TargetClient client, TenantCommands commands, Credentials credentials, Supplier<UUID> ids) {
        this.line = new McpLine(client);
        this.commands = commands;
        this.credentials = credentials;
        this.ids = ids;
    }

    @Override
    public List<JsonNode> tools(TenantContext context, Server server) {
        URI address = TargetUrl.read(server.url())
                .filter(read -> read.getRawQuery() == null)
                .orElseThrow(() -> new InvalidField(
                        "/mcp/url", "url", "must be an http or https URL without user, query and fragment"));
        McpRevision spoken = McpRevision.of(server.revision());
        if (spoken == null) {
            throw new InvalidField("/mcp/revision", "revision", "must be 2025-11-25 or 2026-07-28");
        }
        TargetSystem target = target(server);
        var asked = new McpLine.Server(context.tenant(), target, address, spoken, Map.of());
        CredentialShape shape = target.credentials().get(LISTING);
        if (shape == null) {
            return listed(asked, Carried.nothing());
        }
        var redactor = new Redactor();
        try (Carried carried = lent(context, server, target, shape)) {
            redactor.add(carried.secrets());
            return redactor.tools(listed(asked, carried));
        } catch (LeaseRefused refused) {
            throw new ToolsUnlisted("The credential could not be used (%s): %s"
                    .formatted(refused.code(), Objects.requireNonNullElse(refused.getMessage(), "")));
        }
    }

    private List<JsonNode> listed(McpLine.Server asked, Carried carried) {
        return switch (line.open(asked, carried, LONGEST)) {
            case Opening.Opened opened -> opened.tools();
            case Opening.Closed closed -> throw new ToolsUnlisted("The server %s.".formatted(words(closed)));
        };
    }

    private Carried lent(TenantContext context, Server server, TargetSystem target, CredentialShape shape) {
        var connector = new ConnectorId(context.tenant(), server.system());
        var listing =
                new ActionId(context.tenant(), "list_" + ids.get().toString().replace("-", ""));
        Leases.Answer answer = commands.ask(
                context, new LendForListing(listing, connector.system(), target.host(), Origin.of(target.base())));
        Lease lease = switch (answer) {
            case Leases.Answer.Issued issued -> issued.lease();
            case Leases.Answer.Refused no ->
                throw new ToolsUnlisted("No credential is lent for asking it (%s): %s"
                        .formatted(
                                no.code(), Objects.requireNonNullElse(no.cause().detail(), "")));
            case Leases.Answer.Contained _ ->
                throw new ToolsUnlisted("No credential is lent for asking it: its secret is contained.");
        };
        return Carried.open(
                credentials,
                lease,
                new Purpose(null, server.system(), LISTING, Mode.READ, target.base(), shape.scopes(), shape.resource()),
                shape);
    }

    private static String words(Opening.Closed closed) {
        return switch (closed.last()) {
            case Exchange.Answered answered -> "%s: it answered %d".formatted(closed.words(), answered.status());
            case Exchange.NotSent unsent ->
                "was not reached: " + unsent.reason().name().toLowerCase(Locale.ROOT);
            case Exchange.Unanswered unanswered ->
                unanswered.timedOut() ? "gave no whole answer in time" : "closed the connection";
        };
    }

    /** Read like a connector's document, with the one operation that asks for tools, so that the same rules hold. */
    private static TargetSystem target(Server server) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("protocol", "mcp")
                .put("mcp_revision", server.revision())
                .put("base_url", server.url())
                .put("connect_timeout", "PT5S")
                .put("read_timeout", "PT20S")
                .put("max_response_bytes", MOST_ANSWERED);
        if (!server.privateHosts().isEmpty()) {
            server.privateHosts().forEach(document.putArray("allow_private_addresses")::add);
        }
        @Nullable JsonNode credential = server.credential();
        if (credential != null) {
            document.set("credential", credential);
        }
        ObjectNode listing = document.putObject("operations").putObject(LISTING).put("effect", "read");
        listing.putObject("argument_schema");
        listing.putObject("upstream").put("tool", LISTING).put("digest", "0".repeat(64));
        try {
            return ConnectorReader.read(document.toString());
        } catch (InvalidConnector faulty) {
            List<FieldError> faults = new ArrayList<>();
            faulty.fields()
                    .forEach(fault ->
                            faults.add(new FieldError("/mcp" + fault.pointer(), fault.rule(), fault.detail())));
            throw new InvalidConnector(faults);
        }
    }
}
