package execution.gateway;

import execution.gateway.Exchange.Answered;
import execution.gateway.Judgement.Effected;
import execution.gateway.Judgement.Health;
import execution.gateway.McpLine.Opening;
import execution.gateway.McpLine.Server;
import execution.gateway.McpSessions.Key;
import execution.gateway.McpSessions.Known;
import execution.gateway.RequestShape.Request;
import execution.gateway.ToolGateway.Call;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import secrets.Lease;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One call of a tool of an MCP server. The tool is only called while the server describes it as it did when its
 * operation was accepted.
 */
final class McpDialogue {

    /** Errors that say, by their definition, that no tool was run. */
    private static final Set<Integer> BEFORE_THE_TOOL = Set.of(-32700, -32600, -32601, -32602, -32020, -32021, -32022);

    private static final JsonPointer IS_ERROR = JsonPointer.compile("/isError");
    private static final JsonPointer WORDS = JsonPointer.compile("/content/0/text");

    private final HttpOperation operation;
    private final McpTool tool;
    private final Request request;
    private final McpSessions sessions;
    private final Drift drift;
    private final Call call;
    private final Clock clock;
    private final Server server;
    private final Key key;

    private @Nullable Known session;
    private boolean reused;
    private boolean forgotten;
    private long id;
    private @Nullable Integer rpcError;

    McpDialogue(
            HttpOperation operation,
            Call call,
            Request request,
            Map<String, String> headers,
            McpSessions sessions,
            Drift drift,
            Clock clock) {
        this.operation = operation;
        this.tool = Objects.requireNonNull(operation.described().tool());
        this.request = request;
        this.sessions = sessions;
        this.drift = drift;
        this.call = call;
        this.clock = clock;
        this.server = new Server(
                call.context().tenant(),
                operation.target(),
                URI.create(operation.target().base() + request.pathAndQuery()),
                tool.revision(),
                headers);
        Lease lease = call.lease();
        this.key = new Key(
                call.context().tenant(),
                operation.system(),
                operation.connectorVersion(),
                lease == null ? null : lease.secret());
    }

    /**
     * Makes sure that there is a session, and that the tool is what was accepted.
     *
     * @return why the tool is not called; null if it can be
     * @throws secrets.LeaseRefused if its credential may not be used now
     */
    @Nullable
    Judgement open(CallCredential credential, Duration timeout) {
        forgotten = false;
        Known known = sessions.known(key);
        if (known != null && !isAsAccepted(known)) {
            // Asked anew: what is told of the tool has to be what its server says now.
            sessions.forget(key, known);
            known = null;
        }
        reused = known != null;
        List<JsonNode> tools = List.of();
        if (known == null) {
            // A use of its own: that this is answered does not say that the tool was called.
            try (Carried carried = credential.carried()) {
                switch (sessions.line().open(server, carried, timeout)) {
                    case Opening.Opened opened -> {
                        tools = credential.cleaned(opened.tools());
                        known = Known.of(opened.session(), tools);
                        sessions.opened(key, known);
                    }
                    case Opening.Closed closed -> {
                        return uncalled(credential.judged(told(closed), closed.last(), carried));
                    }
                }
            }
        }
        session = known;
        return isAsAccepted(known) ? null : quarantined(tools);
    }

    private boolean isAsAccepted(Known known) {
        return tool.digest().equals(known.digests().get(tool.name()));
    }

    private Judgement told(Opening.Closed closed) {
        return closed.last() instanceof Answered answered && answered.status() / 100 == 2
                ? Judgement.notDone(
                        answered.status(), "target_refused", closed.words(), operation, false, null, Health.GOOD)
                : Judgement.of(closed.last(), operation, clock);
    }

    /** Whatever became of the session, the tool was not called. */
    private static Judgement uncalled(Judgement judged) {
        return new Judgement(
                Effected.NOT_DONE,
                judged.status(),
                judged.code(),
                "",
                judged.cause(),
                judged.again(),
                judged.notBefore(),
                judged.health());
    }

    private Judgement quarantined(List<JsonNode> tools) {
        JsonNode now = tools.stream()
                .filter(one -> one.path("name").asString("").equals(tool.name()))
                .findFirst()
                .orElse(null);
        drift.found(call.context(), operation, now);
        return new Judgement(
                Effected.NOT_DONE,
                null,
                Quarantined.CODE,
                "",
                Quarantined.of(operation.system(), operation.name(), now == null)
                        .cause(),
                false,
                null,
                Health.UNKNOWN);
    }

    Exchange exchange(Carried carried, Duration timeout) {
        Known in = Objects.requireNonNull(session);
        id = sessions.line().nextId();
        JsonNode arguments = CanonicalJson.read(Objects.requireNonNull(request.body()), "/arguments");
        Exchange exchange = sessions.line().call(server, in.session(), tool, arguments, id, carried, timeout);
        if (exchange instanceof Answered answered) {
            // Servers say 404 of a session that ended, and some 400. Both are a no, so that asking again is safe.
            forgotten = reused && in.session().id() != null && (answered.status() == 404 || answered.status() == 400);
            if (forgotten || McpMessages.changes(answered)) {
                sessions.forget(key, in);
            }
        }
        return exchange;
    }

    /** Whether the server knew nothing of the session: with another one the tool can be called. */
    boolean forgotten() {
        return forgotten;
    }

    /** The last answer's JSON-RPC error; absent if it was none. */
    @Nullable
    Integer rpcError() {
        return rpcError;
    }

    /** What the exchange tells about the effect. */
    Judgement judged(Exchange exchange) {
        rpcError = null;
        if (!(exchange instanceof Answered answered)) {
            return Judgement.of(exchange, operation, clock);
        }
        Optional<JsonNode> message = McpMessages.response(answered, id);
        boolean good = answered.status() / 100 == 2;
        if (message.isPresent() && message.get().has("error")) {
            return refused(answered, message.get().path("error"), good);
        }
        if (!good || answered.body() == null) {
            return Judgement.of(exchange, operation, clock);
        }
        return message.map(found -> result(answered.status(), found.path("result")))
                .orElseGet(() -> Judgement.unreadable(answered.status(), operation));
    }

    private Judgement refused(Answered answered, JsonNode error, boolean good) {
        int code = error.path("code").intValue();
        rpcError = code;
        String words = "answered with JSON-RPC error " + code;
        Judgement judged = !good
                ? Judgement.of(answered, operation, clock)
                : BEFORE_THE_TOOL.contains(code)
                        ? Judgement.notDone(
                                answered.status(), "target_refused", words, operation, false, null, Health.GOOD)
                        : Judgement.maybe(
                                answered.status(), "target_failed", words, operation, false, Health.GOOD, null);
        return new Judgement(
                judged.effected(),
                judged.status(),
                judged.code(),
                "",
                judged.cause(),
                judged.again(),
                judged.notBefore(),
                judged.health(),
                null,
                ToolError.bounded(error.path("message").asString("")));
    }

    private Judgement result(int status, JsonNode result) {
        var failed = new ToolError(IS_ERROR, JsonNodeFactory.instance.booleanNode(true), true, WORDS, tool.sure());
        if (failed.isIn(result)) {
            return failed.judged(status, result, operation);
        }
        JsonNode told = result.has("structuredContent") ? result.path("structuredContent") : result.path("content");
        // What is not complete waits for an answer to a question that nobody here was asked.
        if (told.isMissingNode()
                || !result.path("resultType").asString("complete").equals("complete")) {
            return Judgement.unreadable(status, operation);
        }
        byte[] body = told.toString().getBytes(StandardCharsets.UTF_8);
        return Judgement.of(new Answered(status, "application/json", null, null, body), operation, clock);
    }
}
