package execution.gateway;

import execution.gateway.McpLine.Opening;
import execution.gateway.McpLine.Server;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import tenancy.InvalidField;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** MCP servers over the client that actions are sent with: checked addresses, no redirects, bounded answers. */
@Component
class GuardedToolServers implements ToolServers {

    private static final int MOST_ANSWERED = 1024 * 1024;
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final TargetSystem.BreakerRule NONE = new TargetSystem.BreakerRule(100, 1, 1, Duration.ZERO, 1);

    private final McpLine line;

    GuardedToolServers(TargetClient client) {
        this.line = new McpLine(client);
    }

    @Override
    public List<JsonNode> tools(TenantId owner, String url, String revision, Set<String> privateHosts) {
        URI address = TargetUrl.read(url)
                .filter(read -> read.getRawQuery() == null)
                .orElseThrow(() -> new InvalidField(
                        "/mcp/url", "url", "must be an http or https URL without user, query and fragment"));
        McpRevision spoken = McpRevision.of(revision);
        if (spoken == null) {
            throw new InvalidField("/mcp/revision", "revision", "must be 2025-11-25 or 2026-07-28");
        }
        var server = new Server(owner, target(address, privateHosts), address, spoken, Map.of());
        return switch (line.open(server, Carried.nothing(), LONGEST)) {
            case Opening.Opened opened -> opened.tools();
            case Opening.Closed closed -> throw new ToolsUnlisted("The server %s.".formatted(words(closed)));
        };
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

    private static TargetSystem target(URI address, Set<String> privateHosts) {
        return new TargetSystem(
                "",
                JsonNodeFactory.instance.objectNode(),
                0,
                address,
                TargetUrl.host(address),
                privateHosts,
                Duration.ofSeconds(5),
                LONGEST,
                LONGEST,
                MOST_ANSWERED,
                1,
                NONE,
                Map.of());
    }
}
