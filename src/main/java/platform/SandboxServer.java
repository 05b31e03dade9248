package platform;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The demo's target systems in one small server on loopback: tickets, customers, mails, web pages, a classifier of texts
 * and a model, in memory. It counts every effect by its key, so that anyone can see that nothing was done twice, and
 * fails on request. What is below {@code /keyed} is the same, and wants one of two keys that are made at the start: one
 * for reading, and one for everything.
 *
 * <pre>
 * GET                /tickets  /tickets/{id}  /crm  /crm/{id}  /mails  /pages/{name}  /counts  /faults
 * PATCH, DELETE      /tickets/{id}            PATCH /crm/{id}
 * POST               /tickets/{id}/drafts     /mails    /classifications    /completions
 *                    /keyed/… the same with "Authorization: Bearer" and a key
 * PUT                /faults {"latency_ms":0,"fail_rate":0.0,"status":503,"hang":false,"after_effect":false}
 * </pre>
 */
public final class SandboxServer implements AutoCloseable {

    private static final int LARGEST_BODY = 1024 * 1024;
    private static final List<String> FLAGGED = List.of("guarantee", "confidential", "password");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * How the server misbehaves.
     *
     * @param failRate share of the requests that fail with {@code status}
     * @param hang never answer
     * @param afterEffect fail or hang after the effect was made, not instead of it
     */
    public record Faults(long latencyMs, double failRate, int status, boolean hang, boolean afterEffect) {
        /** Answers at once and never fails. */
        public static final Faults NONE = new Faults(0, 0, 503, false, false);
    }

    /** @param effect what was changed, for the counts; null for what changes nothing */
    private record Answer(
            int status, @Nullable JsonNode body, @Nullable String effect) {}

    private static final String KEYED = "/keyed";
    private static final int KEY_BYTES = 24;

    private final HttpServer server;
    private final String readKey;
    private final String writeKey;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ObjectNode> tickets = new ConcurrentSkipListMap<>();
    private final Map<String, ObjectNode> customers = new ConcurrentSkipListMap<>();
    private final List<ObjectNode> mails = new ArrayList<>();
    private final Map<String, Answer> answersByKey = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> requestsByKey = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> effectsByKey = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> effectsByKind = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong effects = new AtomicLong();
    private volatile Faults faults = Faults.NONE;

    private SandboxServer(HttpServer server) {
        this.server = server;
        var random = new SecureRandom();
        this.readKey = made(random);
        this.writeKey = made(random);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
    }

    /**
     * Starts a server on loopback.
     *
     * @param port 0 for any free one
     */
    public static SandboxServer start(int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
            SandboxServer sandbox = new SandboxServer(server);
            server.start();
            return sandbox;
        } catch (IOException portTaken) {
            throw new UncheckedIOException(portTaken);
        }
    }

    /** Where it listens, such as {@code http://127.0.0.1:8090}. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Where a key is wanted. */
    public String keyedUrl() {
        return url() + KEYED;
    }

    /**
     * What is accepted where a key is wanted.
     *
     * @param mode {@code read} for one that may only read
     */
    public String key(String mode) {
        return mode.equals("read") ? readKey : writeKey;
    }

    /** Changes how the server misbehaves, from the next request on. */
    public void faults(Faults wanted) {
        faults = wanted;
    }

    /** Every change that was made, drafts and mails included. */
    public long effects() {
        return effects.get();
    }

    /** Changes made under one {@code Idempotency-Key}; never more than one. */
    public long effects(String idempotencyKey) {
        AtomicLong made = effectsByKey.get(idempotencyKey);
        return made == null ? 0 : made.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] sent = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
            String path = exchange.getRequestURI().getPath();
            boolean ours = path.equals("/faults") || path.equals("/counts");
            Answer answer;
            Answer refused = null;
            if (path.startsWith(KEYED + '/')) {
                path = path.substring(KEYED.length());
                refused = refused(exchange);
            }
            if (refused != null) {
                requests.incrementAndGet();
                answer = refused;
            } else if (ours) {
                answer = control(exchange.getRequestMethod(), path, sent);
            } else {
                requests.incrementAndGet();
                Faults now = faults;
                Answer done = now.afterEffect() ? once(exchange, path, sent) : null;
                Answer fault = misbehaved(now);
                answer = fault != null ? fault : done != null ? done : once(exchange, path, sent);
            }
            byte[] body = answer.body() == null ? new byte[0] : JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0 && !exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static String made(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return "sandbox_" + HexFormat.of().formatHex(bytes);
    }

    /** No, for want of a key; nothing if it has one. */
    private @Nullable Answer refused(HttpExchange exchange) {
        String sent = exchange.getRequestHeaders().getFirst("Authorization");
        if (("Bearer " + writeKey).equals(sent)) {
            return null;
        }
        if (!("Bearer " + readKey).equals(sent)) {
            return said(401, "a key is wanted");
        }
        return exchange.getRequestMethod().equals("GET") ? null : said(403, "this key may only read");
    }

    private static @Nullable Answer misbehaved(Faults now) throws InterruptedException {
        if (now.latencyMs() > 0) {
            Thread.sleep(now.latencyMs());
        }
        if (now.hang()) {
            // Longer than any client waits, and over when the server stops.
            Thread.sleep(600_000);
        }
        return now.failRate() > 0 && ThreadLocalRandom.current().nextDouble() < now.failRate()
                ? said(now.status(), "told to fail")
                : null;
    }

    /** A request with a key that was answered before gets the same answer again, and changes nothing. */
    private Answer once(HttpExchange exchange, String path, byte[] sent) {
        String method = exchange.getRequestMethod();
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (key == null) {
            return counted(answer(method, path, sent), null);
        }
        requestsByKey.computeIfAbsent(key, first -> new AtomicLong()).incrementAndGet();
        return answersByKey.computeIfAbsent(key, first -> counted(answer(method, path, sent), key));
    }

    private Answer counted(Answer answer, @Nullable String key) {
        String effect = answer.effect();
        if (effect != null) {
            effects.incrementAndGet();
            effectsByKind.computeIfAbsent(effect, first -> new AtomicLong()).incrementAndGet();
            if (key != null) {
                effectsByKey.computeIfAbsent(key, first -> new AtomicLong()).incrementAndGet();
            }
        }
        return answer;
    }

    private Answer control(String method, String path, byte[] sent) {
        if (path.equals("/counts")) {
            return new Answer(200, counts(), null);
        }
        if (method.equals("PUT")) {
            JsonNode wanted = parsed(sent);
            if (wanted == null) {
                return said(400, "not a JSON object");
            }
            faults = new Faults(
                    wanted.path("latency_ms").asLong(0),
                    wanted.path("fail_rate").asDouble(0),
                    wanted.path("status").asInt(503),
                    wanted.path("hang").asBoolean(false),
                    wanted.path("after_effect").asBoolean(false));
        }
        Faults now = faults;
        return new Answer(
                200,
                object().put("latency_ms", now.latencyMs())
                        .put("fail_rate", now.failRate())
                        .put("status", now.status())
                        .put("hang", now.hang())
                        .put("after_effect", now.afterEffect()),
                null);
    }

    private ObjectNode counts() {
        ObjectNode counts = object().put("requests", requests.get()).put("effects", effects.get());
        counts.set("effects_by_kind", numbers(effectsByKind));
        counts.set("effects_by_key", numbers(effectsByKey));
        counts.set("requests_by_key", numbers(requestsByKey));
        return counts;
    }

    private static ObjectNode numbers(Map<String, AtomicLong> counted) {
        ObjectNode numbers = object();
        new TreeMap<>(counted).forEach((name, number) -> numbers.put(name, number.get()));
        return numbers;
    }

    private Answer answer(String method, String path, byte[] sent) {
        List<String> parts = List.of(path.substring(1).split("/"));
        String id = parts.size() > 1 ? parts.get(1) : null;
        return switch (parts.getFirst()) {
            case "tickets" ->
                parts.size() == 3 && parts.get(2).equals("drafts")
                        ? draft(method, parts.get(1), sent)
                        : record(tickets, "ticket", method, id, sent);
            case "crm" -> record(customers, "crm", method, id, sent);
            case "mails" -> mail(method, sent);
            case "pages" ->
                new Answer(
                        200,
                        object().put("url", path).put("text", "A page about " + (id == null ? "everything" : id)),
                        null);
            case "classifications" -> classification(method, sent);
            case "completions" -> completion(method, sent);
            default -> said(404, "no such system");
        };
    }

    private Answer record(
            Map<String, ObjectNode> records, String kind, String method, @Nullable String id, byte[] sent) {
        if (id == null) {
            return new Answer(200, JsonNodeFactory.instance.arrayNode().addAll(List.copyOf(records.values())), null);
        }
        return switch (method) {
            case "GET" -> {
                ObjectNode found = records.get(id);
                yield found == null ? said(404, "no such record") : new Answer(200, found, null);
            }
            case "PATCH" -> {
                JsonNode changes = parsed(sent);
                yield changes == null
                        ? said(400, "not a JSON object")
                        : new Answer(200, updated(records, kind, id, changes), kind + ".update");
            }
            case "DELETE" ->
                records.remove(id) == null
                        ? said(404, "no such record")
                        : new Answer(200, object().put("id", id).put("deleted", true), kind + ".delete");
            default -> said(405, "GET, PATCH or DELETE");
        };
    }

    /** The record as it is now, and what the changed fields held before. */
    private static ObjectNode updated(Map<String, ObjectNode> records, String kind, String id, JsonNode changes) {
        ObjectNode was = object();
        ObjectNode now = changed(records, kind, id, changes, was);
        ObjectNode told = now.deepCopy();
        told.set("was", was);
        return told;
    }

    /** Any record that is named exists: the demo's envelopes need no preparation. */
    private static ObjectNode changed(
            Map<String, ObjectNode> records, String kind, String id, JsonNode changes, ObjectNode was) {
        return Objects.requireNonNull(records.compute(id, (key, old) -> {
            ObjectNode changed = old == null ? untouched(kind, id) : old.deepCopy();
            changes.properties().forEach(change -> {
                JsonNode before = changed.get(change.getKey());
                if (before != null) {
                    was.set(change.getKey(), before);
                }
                changed.set(change.getKey(), change.getValue());
            });
            return changed.put("changes", changed.path("changes").asLong(0) + 1);
        }));
    }

    private static ObjectNode untouched(String kind, String id) {
        ObjectNode untouched = object().put("id", id);
        return kind.equals("crm")
                ? untouched.put("stage", "lead").put("owner", "nobody").put("note", "")
                : untouched.put("status", "open").put("priority", "normal");
    }

    private Answer draft(String method, String ticket, byte[] sent) {
        JsonNode draft = parsed(sent);
        if (!method.equals("POST") || draft == null) {
            return said(400, "POST a JSON object");
        }
        ObjectNode changed = changed(tickets, "ticket", ticket, object().set("draft", draft.path("text")), object());
        return new Answer(201, changed, "ticket.draft");
    }

    private Answer mail(String method, byte[] sent) {
        synchronized (mails) {
            if (method.equals("GET")) {
                return new Answer(200, JsonNodeFactory.instance.arrayNode().addAll(mails), null);
            }
            if (!method.equals("POST") || !(parsed(sent) instanceof ObjectNode mail)) {
                return said(400, "POST a JSON object");
            }
            mail.put("id", "mail_" + (mails.size() + 1));
            mails.add(mail);
            return new Answer(202, object().put("id", mail.path("id").stringValue()), "mail.send");
        }
    }

    /** A text is flagged if it promises or tells what a company may not. */
    private static Answer classification(String method, byte[] sent) {
        if (!method.equals("POST") || !(parsed(sent) instanceof ObjectNode asked)) {
            return said(400, "POST a JSON object");
        }
        String text = asked.path("text").asString("").toLowerCase(Locale.ROOT);
        List<String> found = FLAGGED.stream().filter(text::contains).toList();
        ObjectNode answer = object().put("verdict", found.isEmpty() ? "clean" : "flagged");
        found.forEach(answer.putArray("words")::add);
        return new Answer(200, answer, null);
    }

    /** A model that says its prompt again, and counts four characters as one token. */
    private static Answer completion(String method, byte[] sent) {
        if (!method.equals("POST") || !(parsed(sent) instanceof ObjectNode asked)) {
            return said(400, "POST a JSON object");
        }
        String prompt = asked.path("prompt").asString("");
        ObjectNode answer = object().put("text", prompt);
        answer.putObject("usage").put("total_tokens", 2 * Math.ceilDiv(prompt.length(), 4));
        return new Answer(200, answer, null);
    }

    private static @Nullable JsonNode parsed(byte[] sent) {
        try {
            JsonNode parsed = JSON.readTree(new String(sent, StandardCharsets.UTF_8));
            return parsed.isObject() ? parsed : null;
        } catch (JacksonException malformed) {
            return null;
        }
    }

    private static Answer said(int status, String words) {
        return new Answer(status, object().put("error", words), null);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
