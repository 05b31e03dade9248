package execution.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import execution.gateway.McpLine.Session;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Refusal;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;

/**
 * Sessions with MCP servers on this node, and what their tools were when they were opened. Never shared by tenants, by
 * versions of a connector, or by credentials: what one of them may do in a session is nothing to another.
 */
final class McpSessions {

    private static final int MOST = 10_000;

    /** After that a server is asked for its tools again. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final McpLine line;
    private final Cache<Key, Known> open = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST)
            .expireAfterWrite(LONGEST)
            .build();

    McpSessions(McpLine line) {
        this.line = line;
    }

    /** @param secret whose credential its requests carry; absent if they carry none */
    record Key(
            TenantId tenant,
            String system,
            long version,
            @Nullable String secret) {}

    /** @param digests of the tools' descriptions, by name */
    record Known(Session session, Map<String, String> digests) {

        Known {
            digests = Map.copyOf(digests);
        }

        static Known of(Session session, List<JsonNode> tools) {
            Map<String, String> digests = new HashMap<>();
            tools.forEach(tool -> digests.put(tool.path("name").asString(""), digest(tool)));
            return new Known(session, digests);
        }

        private static String digest(JsonNode tool) {
            try {
                return McpTool.digestOf(tool);
            } catch (Refusal notCanonical) {
                return "";
            }
        }
    }

    McpLine line() {
        return line;
    }

    @Nullable
    Known known(Key key) {
        return open.getIfPresent(key);
    }

    void opened(Key key, Known known) {
        open.put(key, known);
    }

    /** Forgets it, unless another one is there by now. */
    void forget(Key key, Known known) {
        open.asMap().remove(key, known);
    }
}
