package execution.gateway;

import execution.gateway.Exchange.Answered;
import execution.gateway.TargetClient.Streaming;
import io.modelcontextprotocol.spec.HttpHeaders;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/**
 * Speaks to MCP servers over the client that all actions are sent with: checked addresses, bounded answers, no
 * redirects. Answers are taken as JSON and as event streams.
 */
final class McpLine {

    private static final int MOST_PAGES = 20;
    private static final int MOST_TOOLS = 500;
    private static final int MOST_EVENTS = 1_000;
    private static final Pattern SESSION = Pattern.compile("[!-~]{1,255}");

    /** Earlier ones call tools in the same way. */
    private static final Set<String> TAKEN = Set.of(McpRevision.SESSIONS.text(), "2025-06-18");

    private final TargetClient client;
    private final AtomicLong ids = new AtomicLong();

    McpLine(TargetClient client) {
        this.client = client;
    }

    /**
     * Whom to speak to, and for whom.
     *
     * @param headers that each request has beside those of the protocol
     */
    record Server(TenantId owner, TargetSystem target, URI uri, McpRevision revision, Map<String, String> headers) {}

    /**
     * What holds for all requests of a session.
     *
     * @param id that the server gave it; absent where it gave none
     * @param version of the protocol that was agreed on
     */
    record Session(@Nullable String id, String version) {}

    /** What came of the beginning. */
    sealed interface Opening {

        /** @param tools as the server describes them */
        record Opened(Session session, List<JsonNode> tools) implements Opening {}

        /**
         * @param last the exchange that ended it
         * @param words why, if not for what the exchange itself says
         */
        record Closed(Exchange last, String words) implements Opening {}
    }

    /** An id that no other request of this node has. */
    long nextId() {
        return ids.incrementAndGet();
    }

    /** Opens a session, where the revision has them, and asks for the tools. */
    Opening open(Server server, Carried carried, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        if (server.revision() == McpRevision.STATELESS) {
            return listed(server, new Session(null, server.revision().text()), carried, deadline);
        }
        long id = nextId();
        Exchange exchange =
                send(server, Map.of(), McpMessages.initialize(id, server.revision()), id, left(deadline), carried);
        JsonNode result = result(exchange, id);
        if (result == null || !(exchange instanceof Answered answered)) {
            return new Opening.Closed(exchange, "did not open a session");
        }
        String version = result.path("protocolVersion").asString("");
        String named = answered.session();
        if (!TAKEN.contains(version) || named != null && !SESSION.matcher(named).matches()) {
            return new Opening.Closed(exchange, "speaks another revision of the protocol");
        }
        var session = new Session(named, version);
        Exchange told = send(server, headers(session), McpMessages.initialized(), id, left(deadline), carried);
        return told instanceof Answered taken && taken.status() / 100 == 2
                ? listed(server, session, carried, deadline)
                : new Opening.Closed(told, "did not open a session");
    }

    private Opening listed(Server server, Session session, Carried carried, long deadline) {
        List<JsonNode> tools = new ArrayList<>();
        Set<String> cursors = new HashSet<>();
        String cursor = null;
        do {
            long id = nextId();
            Map<String, String> headers = headers(session);
            if (server.revision() == McpRevision.STATELESS) {
                headers.put("Mcp-Method", McpSchema.METHOD_TOOLS_LIST);
            }
            Exchange exchange =
                    send(server, headers, McpMessages.list(id, server.revision(), cursor), id, left(deadline), carried);
            JsonNode result = result(exchange, id);
            if (result == null || !result.path("tools").isArray()) {
                return new Opening.Closed(exchange, "did not list its tools");
            }
            result.path("tools").forEach(tools::add);
            cursor = result.path("nextCursor").asString(null);
            if (tools.size() > MOST_TOOLS || cursors.size() >= MOST_PAGES || cursor != null && !cursors.add(cursor)) {
                return new Opening.Closed(exchange, "lists more tools than are looked at");
            }
        } while (cursor != null);
        return new Opening.Opened(session, List.copyOf(tools));
    }

    private static @Nullable JsonNode result(Exchange exchange, long id) {
        return exchange instanceof Answered answered && answered.status() / 100 == 2
                ? McpMessages.response(answered, id)
                        .map(message -> message.get("result"))
                        .orElse(null)
                : null;
    }

    /** Calls a tool once. */
    Exchange call(
            Server server,
            Session session,
            McpTool tool,
            JsonNode arguments,
            long id,
            Carried carried,
            Duration timeout) {
        Map<String, String> headers = headers(session);
        if (server.revision() == McpRevision.STATELESS) {
            headers.put("Mcp-Method", McpSchema.METHOD_TOOLS_CALL);
            headers.put("Mcp-Name", McpMessages.header(tool.name()));
            tool.headers().forEach((name, pointer) -> {
                JsonNode value = arguments.at(pointer);
                if (value.isString() || value.isIntegralNumber() || value.isBoolean()) {
                    headers.put("Mcp-Param-" + name, McpMessages.header(value.asString()));
                }
            });
        }
        return send(server, headers, McpMessages.call(id, tool, arguments), id, timeout, carried);
    }

    private static Map<String, String> headers(Session session) {
        Map<String, String> headers = new HashMap<>();
        headers.put(HttpHeaders.PROTOCOL_VERSION, session.version());
        if (session.id() != null) {
            headers.put(HttpHeaders.MCP_SESSION_ID, session.id());
        }
        return headers;
    }

    private Exchange send(
            Server server, Map<String, String> headers, String body, long id, Duration timeout, Carried carried) {
        Map<String, String> all = new HashMap<>(server.headers());
        all.putAll(headers);
        all.put("Accept", "application/json, text/event-stream");
        return client.send(
                server.owner(),
                server.target(),
                "POST",
                server.uri(),
                all,
                body,
                timeout,
                carried,
                new Streaming(
                        new StreamRule(MOST_EVENTS, timeout, timeout),
                        event -> {},
                        event -> McpMessages.answers(event, id)));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }
}
