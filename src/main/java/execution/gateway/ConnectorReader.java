package execution.gateway;

import execution.gateway.RequestShape.Part;
import execution.gateway.TargetSystem.BreakerRule;
import execution.gateway.TargetSystem.Described;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import secrets.HandOut;
import tenancy.Effect;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.TenantId;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads a connector's document: first its form, by a schema of its own, then what a schema cannot say. */
final class ConnectorReader {

    private static final int LARGEST_DOCUMENT = 256 * 1024;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern LITERAL = Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*");

    /** Headers that frame the message or say who is asking: never the place for a key. */
    static final Set<String> RESERVED_HEADERS = Set.of(
            "host",
            "connection",
            "content-length",
            "content-type",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "authorization",
            "cookie",
            "accept",
            "accept-encoding",
            "user-agent",
            "traceparent",
            "tracestate",
            "mcp-protocol-version",
            "mcp-session-id",
            "mcp-method",
            "mcp-name");

    private static final BoundedSchema FORM = BoundedSchema.trusted(form());

    private final List<FieldError> faults = new ArrayList<>();
    private final Expressions expressions = new Expressions();

    /** How the system speaks MCP; absent where it does not. */
    private @Nullable McpRevision mcp;

    /** Hosts that may have a private address. */
    private Set<String> privateHosts = Set.of();

    /** Where all tools of an MCP server are called, below the base. */
    private String toolPath = "";

    private ConnectorReader() {}

    /**
     * Reads a tenant's document, when it is the tenant's turn: its schemas and expressions are compiled for it.
     *
     * @throws InvalidConnector with a pointer for each fault
     */
    static TargetSystem read(TenantId tenant, JsonNode document) {
        return LongWork.of(tenant, () -> read(document.toString()));
    }

    /** @throws InvalidConnector with a pointer for each fault */
    static TargetSystem read(String json) {
        if (json.length() > LARGEST_DOCUMENT) {
            throw new InvalidConnector(
                    List.of(new FieldError("", "size", "must be at most " + LARGEST_DOCUMENT + " characters")));
        }
        JsonNode document = CanonicalJson.read(json, "");
        String canonical = CanonicalJson.write(document, "");
        List<FieldError> malformed = FORM.check(document, "");
        if (!malformed.isEmpty()) {
            throw new InvalidConnector(malformed);
        }
        ConnectorReader reader = new ConnectorReader();
        TargetSystem system = reader.system(document, canonical);
        if (!reader.faults.isEmpty()) {
            throw new InvalidConnector(reader.faults);
        }
        return system;
    }

    private TargetSystem system(JsonNode document, String canonical) {
        URI base = base(document.path("base_url").stringValue());
        mcp = McpRevision.of(document.path("mcp_revision").asString(""));
        toolPath = document.path("base_url").stringValue().endsWith("/") ? "/" : "";
        Duration connect = duration(document, "", "connect_timeout", Duration.ofSeconds(2));
        Duration read = duration(document, "", "read_timeout", Duration.ofSeconds(10));
        privateHosts = privateHosts(document.path("allow_private_addresses"));
        Map<String, Described> operations = new LinkedHashMap<>();
        JsonNode described = document.path("operations");
        described
                .properties()
                .forEach(operation -> operations.put(
                        operation.getKey(), operation(operation.getKey(), operation.getValue(), described)));
        return new TargetSystem(
                Sha256.of(canonical),
                document,
                canonical.length(),
                base,
                TargetUrl.host(base),
                privateHosts,
                connect,
                read,
                duration(document, "", "total_timeout", LONGEST),
                document.path("max_response_bytes").asInt(256 * 1024),
                document.path("bulkhead").asInt(16),
                breaker(document.path("circuit_breaker")),
                operations,
                CredentialShape.all(document, base, privateHosts.contains(TargetUrl.host(base)), faults));
    }

    private URI base(String text) {
        Optional<URI> plain = TargetUrl.read(text)
                .filter(uri -> uri.getRawQuery() == null
                        && LITERAL.matcher(uri.getRawPath()).matches()
                        && !dots(uri.getRawPath()));
        if (plain.isEmpty()) {
            faults.add(new FieldError(
                    "/base_url",
                    "base_url",
                    "must be an http or https URL of a host, a port and a path, without user, query and fragment"));
            return URI.create("https://invalid");
        }
        String base = plain.get().toString();
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        return URI.create(base);
    }

    private Set<String> privateHosts(JsonNode hosts) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i).stringValue();
            if (!TargetUrl.isHost(host)) {
                faults.add(new FieldError(
                        "/allow_private_addresses/" + i, "host", "must be a host in lower case, without a port"));
            }
            named.add(host);
        }
        return Set.copyOf(named);
    }

    private BreakerRule breaker(JsonNode rule) {
        int window = rule.path("window").asInt(20);
        int minimum = rule.path("minimum_calls").asInt(Math.min(10, window));
        if (minimum > window) {
            faults.add(new FieldError("/circuit_breaker/minimum_calls", "range", "must not be more than the window"));
            minimum = window;
        }
        return new BreakerRule(
                rule.path("failure_rate").asInt(50),
                window,
                minimum,
                duration(rule, "/circuit_breaker", "open_for", Duration.ofSeconds(30)),
                rule.path("trial_calls").asInt(3));
    }

    private Described operation(String name, JsonNode operation, JsonNode all) {
        LongWork.giveWay();
        String at = CanonicalJson.below("/operations", name);
        JsonNode target = operation.path("target_schema");
        JsonNode targetSchema = BoundedSchema.closed(target.isMissingNode() ? noFields() : target);
        JsonNode argumentSchema = BoundedSchema.closed(operation.path("argument_schema"));
        JsonNode result = operation.path("result_schema");
        JsonNode resultSchema = result.isMissingNode() ? JsonNodeFactory.instance.booleanNode(true) : result;
        Effect effect = Effect.valueOf(operation.path("effect").stringValue().toUpperCase(Locale.ROOT));
        HandOut handOut = HandOutReader.read(operation.path("hand_out"), privateHosts, at + "/hand_out", faults);
        // A token that nobody collected has done nothing: an interrupted one is made again.
        boolean idempotent = handOut != null || operation.path("idempotent").asBoolean(effect == Effect.READ);
        String method = operation.path("method").asString("POST");
        McpTool tool = mcp == null ? null : McpTool.read(operation.path("upstream"), mcp, at + "/upstream", faults);
        if (operation.has("body") && !Set.of("POST", "PUT", "PATCH").contains(method)) {
            faults.add(new FieldError(at + "/body", "method", "is only sent with POST, PUT and PATCH"));
        }
        if (operation.path("max_attempts").asInt(1) > 1 && !idempotent) {
            faults.add(
                    new FieldError(at + "/max_attempts", "idempotent", "is only for operations that are idempotent"));
        }
        return new Described(
                name,
                new RequestShape(
                        method,
                        path(operation.path("path").asString(toolPath), targetSchema, argumentSchema, at + "/path"),
                        sources(operation, "query", targetSchema, argumentSchema, at),
                        sources(operation, "body", targetSchema, argumentSchema, at)),
                effect,
                idempotent,
                header(operation.path("idempotency_header"), at + "/idempotency_header"),
                price(operation, at),
                recipients(operation.path("recipients"), targetSchema, argumentSchema, at + "/recipients"),
                operation.path("pool").asString("shared"),
                operation.path("max_attempts").asInt(1),
                duration(operation, at, "backoff", Duration.ofMillis(100)),
                operation.path("bulkhead").asInt(0),
                streams(operation, at),
                tool,
                BoundedSchema.compile(targetSchema, at + "/target_schema", expressions, faults),
                BoundedSchema.compile(argumentSchema, at + "/argument_schema", expressions, faults),
                BoundedSchema.compile(resultSchema, at + "/result_schema", expressions, faults),
                Sha256.of(CanonicalJson.write(targetSchema, at)
                        + CanonicalJson.write(argumentSchema, at)
                        + CanonicalJson.write(resultSchema, at)
                        + Pinned.upstream(operation)
                        + (handOut == null ? "" : CanonicalJson.write(operation.path("hand_out"), at))),
                new PromiseReader(operation, all, targetSchema, argumentSchema, at, faults, handOut).read(),
                handOut);
    }

    private @Nullable StreamRule streams(JsonNode operation, String at) {
        JsonNode limits = operation.path("stream_limits");
        if (!operation.path("streams").asBoolean(false)) {
            if (!limits.isMissingNode()) {
                faults.add(new FieldError(at + "/stream_limits", "streams", "is only for operations that stream"));
            }
            return null;
        }
        if (operation.path("max_attempts").asInt(1) > 1) {
            faults.add(new FieldError(
                    at + "/max_attempts", "streams", "must be 1: what was passed on cannot be taken back"));
        }
        return new StreamRule(
                limits.path("events").asInt(1_000),
                duration(limits, at + "/stream_limits", "time", LONGEST),
                duration(limits, at + "/stream_limits", "idle", Duration.ofSeconds(15)));
    }

    private Price price(JsonNode operation, String at) {
        JsonNode used = operation.path("tokens_used");
        JsonPointer pointer = null;
        if (!used.isMissingNode()) {
            try {
                pointer = JsonPointer.compile(used.stringValue());
            } catch (IllegalArgumentException notAPointer) {
                faults.add(new FieldError(at + "/tokens_used", "pointer", "must be a JSON pointer into the result"));
            }
        }
        return new Price(
                operation.path("cost_ms").asLong(100),
                operation.path("price_micros").asLong(0),
                operation.path("price_micros_per_token").asLong(0),
                operation.path("stores").asBoolean(false),
                pointer);
    }

    private Recipients recipients(JsonNode places, JsonNode target, JsonNode arguments, String at) {
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            sources.add(Source.read(places.get(i).stringValue(), target, arguments, at + "/" + i, faults));
        }
        return new Recipients(sources);
    }

    private static JsonNode noFields() {
        return JsonNodeFactory.instance.objectNode().put("type", "object").put("additionalProperties", false);
    }

    private List<Part> path(String template, JsonNode target, JsonNode arguments, String at) {
        List<Part> parts = new ArrayList<>();
        Matcher placeholders = PLACEHOLDER.matcher(template);
        StringBuilder literals = new StringBuilder();
        int read = 0;
        while (placeholders.find()) {
            literal(template.substring(read, placeholders.start()), parts, literals);
            Source source = Source.read(Objects.requireNonNull(placeholders.group(1)), target, arguments, at, faults);
            parts.add(new Part.Value(source));
            literals.append('x');
            read = placeholders.end();
        }
        literal(template.substring(read), parts, literals);
        if (!LITERAL.matcher(literals).matches() || dots(literals.toString()) || literals.indexOf("//") >= 0) {
            faults.add(new FieldError(
                    at, "path", "must be a path without empty or dot segments, its values as {record_id}"));
        }
        return List.copyOf(parts);
    }

    private static void literal(String text, List<Part> parts, StringBuilder literals) {
        if (!text.isEmpty()) {
            parts.add(new Part.Literal(text));
            literals.append(text);
        }
    }

    private static boolean dots(String path) {
        String decoded = path.replaceAll("(?i)%2e", ".").replaceAll("(?i)%2f|%5c", "/");
        return ("/" + decoded + "/").contains("/./") || ("/" + decoded + "/").contains("/../");
    }

    private @Nullable Map<String, Source> sources(
            JsonNode operation, String member, JsonNode target, JsonNode arguments, String at) {
        if (!operation.has(member)) {
            return null;
        }
        Map<String, Source> sources = new HashMap<>();
        operation
                .path(member)
                .properties()
                .forEach(entry -> sources.put(
                        entry.getKey(),
                        Source.read(
                                entry.getValue().stringValue(),
                                target,
                                arguments,
                                CanonicalJson.below(at + "/" + member, entry.getKey()),
                                faults)));
        return Map.copyOf(sources);
    }

    private @Nullable String header(JsonNode header, String at) {
        if (header.isMissingNode()) {
            return null;
        }
        if (RESERVED_HEADERS.contains(header.stringValue().toLowerCase(Locale.ROOT))) {
            faults.add(new FieldError(at, "reserved", "must not be a header that the gateway sets itself"));
        }
        return header.stringValue();
    }

    private Duration duration(JsonNode in, String at, String name, Duration otherwise) {
        if (!in.has(name)) {
            return otherwise;
        }
        Duration duration = Duration.parse(in.path(name).stringValue());
        if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
            faults.add(new FieldError(at + "/" + name, "range", "must be more than PT0S and at most PT60S"));
            return otherwise;
        }
        return duration;
    }

    private static JsonNode form() {
        try (InputStream form = Objects.requireNonNull(
                ConnectorReader.class.getResourceAsStream("/execution/gateway/connector.schema.json"))) {
            return (ObjectNode) CanonicalJson.read(new String(form.readAllBytes(), StandardCharsets.UTF_8), "");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
