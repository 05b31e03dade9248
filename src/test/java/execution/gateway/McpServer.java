package execution.gateway;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small MCP server that says what a test wants, in one revision, as JSON or as an event stream. */
final class McpServer {

    static final String PING = """
        {"name":"ping","description":"Answers.","inputSchema":{"type":"object","properties":{"word":{"type":"string"}}}}""";

    private static final JsonMapper JSON = new JsonMapper();

    private final String revision;
    private final boolean streams;
    private final AtomicInteger sessions = new AtomicInteger();
    final Set<String> open = ConcurrentHashMap.newKeySet();

    volatile String tools = PING;

    /** What is answered to {@code tools/call}: a member {@code result} or {@code error}. */
    volatile String answer = "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"pong\"}]}";

    volatile int status = 200;
    volatile String before = "";

    McpServer(String revision, boolean streams) {
        this.revision = revision;
        this.streams = streams;
    }

    static String method(TargetServer.Seen seen) {
        return JSON.readTree(seen.body()).path("method").asString();
    }

    static List<String> methods(TargetServer target) {
        return target.seen.stream().map(McpServer::method).toList();
    }

    void answer(HttpExchange exchange, TargetServer.Seen seen) throws IOException {
        JsonNode message = JSON.readTree(seen.body());
        String method = message.path("method").asString();
        String id = message.path("id").toString();
        boolean handshake = revision.equals("2025-11-25");
        if (handshake && method.equals("initialize")) {
            String session = "s" + sessions.incrementAndGet();
            open.add(session);
            exchange.getResponseHeaders().set("Mcp-Session-Id", session);
            send(
                    exchange,
                    200,
                    id,
                    "\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                            + "\"serverInfo\":{\"name\":\"small\",\"version\":\"1\"}}");
            return;
        }
        String session = String.valueOf(seen.headers().getFirst("Mcp-Session-Id"));
        if (handshake && !open.contains(session)) {
            send(exchange, 404, id, "\"error\":{\"code\":-32001,\"message\":\"no such session\"}");
            return;
        }
        if (!revision.equals(seen.headers().getFirst("Mcp-Protocol-Version"))
                || !handshake && !method.equals(seen.headers().getFirst("Mcp-Method"))
                || !handshake
                        && !revision.equals(message.at("/params/_meta/io.modelcontextprotocol~1protocolVersion")
                                .asString(""))) {
            send(exchange, 400, id, "\"error\":{\"code\":-32020,\"message\":\"header mismatch\"}");
            return;
        }
        switch (method) {
            case "notifications/initialized" -> exchange.sendResponseHeaders(202, -1);
            case "tools/list" -> send(exchange, 200, id, "\"result\":{\"tools\":[" + tools + "]}");
            case "tools/call" -> send(exchange, status, id, answer);
            default -> send(exchange, 404, id, "\"error\":{\"code\":-32601,\"message\":\"no such method\"}");
        }
    }

    private void send(HttpExchange exchange, int code, String id, String member) throws IOException {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":" + id + "," + member + "}";
        if (!streams || code != 200) {
            TargetServer.json(exchange, code, body);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(code, 0);
        String events = "id: 0\ndata: \n\n" + before + "event: message\ndata: " + body + "\n\n: never ends";
        exchange.getResponseBody().write(events.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }
}
