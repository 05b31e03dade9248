package secrets.vault;

import com.google.crypto.tink.subtle.AesGcmJce;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers as Vault's HTTP API is documented to, as far as it is used here: AppRole, the key-value engine (version 2), a
 * dynamic engine with leases, and transit.
 */
public final class VaultServer implements AutoCloseable {

    public static final String TOKEN = "token-of-the-test";
    static final String ROLE = "role-of-the-test";
    static final String SECRET = "secret-id-of-the-test";

    private static final JsonMapper json = new JsonMapper();

    private record Sent(int status, Map<String, Object> body) {}

    final Map<String, Map<String, Object>> kept = new ConcurrentHashMap<>();
    final Set<String> leases = ConcurrentHashMap.newKeySet();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<String> namespaces = new CopyOnWriteArrayList<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final Map<Integer, AesGcmJce> versions = new TreeMap<>();
    private final AtomicInteger counter = new AtomicInteger();
    private final HttpServer server;
    public volatile boolean sealed;
    volatile long pause;

    public VaultServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/", this::answer);
        tokens.add(TOKEN);
        rotate();
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private synchronized void rotate() {
        try {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            versions.put(versions.size() + 1, new AesGcmJce(key));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private AesGcmJce version(int number) {
        return Objects.requireNonNull(versions.get(number));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring("/v1/".length());
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + " " + path);
            String namespace = exchange.getRequestHeaders().getFirst("X-Vault-Namespace");
            if (namespace != null) {
                namespaces.add(namespace);
            }
            String token = exchange.getRequestHeaders().getFirst("X-Vault-Token");
            Sent sent = sent(path, body.isEmpty() ? json.createObjectNode() : json.readTree(body), token);
            pause();
            if (sent.status() == 204) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            byte[] bytes = json.writeValueAsBytes(sent.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(sent.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void pause() {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Sent sent(String path, JsonNode body, @Nullable String token) {
        if (sealed) {
            return error(503, "Vault is sealed");
        }
        if (path.equals("auth/approle/login")) {
            return login(body);
        }
        if (token == null || !tokens.contains(token)) {
            return error(403, "permission denied");
        }
        return switch (path.split("/")[0]) {
            case "transit" -> transit(path, body);
            case "sys" -> {
                boolean there = leases.remove(body.path("lease_id").asString());
                yield there ? new Sent(204, Map.of()) : error(400, "invalid lease");
            }
            case "database" -> dynamic(path);
            default -> {
                Map<String, Object> found = kept.get(path);
                yield found == null
                        ? new Sent(404, Map.of("errors", List.of()))
                        : new Sent(
                                200,
                                Map.of(
                                        "lease_id",
                                        "",
                                        "data",
                                        Map.of("data", found, "metadata", Map.of("version", 1))));
            }
        };
    }

    private Sent login(JsonNode body) {
        if (!body.path("role_id").asString("").equals(ROLE)
                || !body.path("secret_id").asString("").equals(SECRET)) {
            return error(400, "invalid role or secret ID");
        }
        String token = "approle-token-" + counter.incrementAndGet();
        tokens.add(token);
        return new Sent(
                200, Map.of("auth", Map.of("client_token", token, "lease_duration", 3600, "renewable", true)));
    }

    private Sent dynamic(String path) {
        String lease = path + "/" + counter.incrementAndGet();
        leases.add(lease);
        return new Sent(
                200,
                Map.of(
                        "lease_id", lease,
                        "lease_duration", 300,
                        "renewable", true,
                        "data", Map.of("username", "v-" + lease.hashCode(), "password", "made-for-" + lease)));
    }

    private Sent transit(String path, JsonNode body) {
        if (path.equals("transit/keys/firebreak")) {
            Map<String, Object> times = new HashMap<>();
            versions.keySet().forEach(version -> times.put(version.toString(), 1_700_000_000));
            return new Sent(
                    200,
                    Map.of(
                            "data",
                            Map.of("keys", times, "latest_version", versions.size(), "min_decryption_version", 1)));
        }
        if (path.equals("transit/keys/firebreak/rotate")) {
            rotate();
            return new Sent(204, Map.of());
        }
        byte[] associated = Base64.getDecoder().decode(body.path("associated_data").asString(""));
        try {
            if (path.equals("transit/encrypt/firebreak")) {
                int version = body.path("key_version").asInt(versions.size());
                byte[] plain = Base64.getDecoder().decode(body.path("plaintext").asString());
                String text = Base64.getEncoder()
                        .encodeToString(version(version).encrypt(plain, associated));
                return new Sent(200, Map.of("data", Map.of("ciphertext", "vault:v" + version + ":" + text)));
            }
            if (path.equals("transit/decrypt/firebreak")) {
                String[] parts = body.path("ciphertext").asString().split(":");
                byte[] plain = version(Integer.parseInt(parts[1].substring(1)))
                        .decrypt(Base64.getDecoder().decode(parts[2]), associated);
                return new Sent(
                        200,
                        Map.of("data", Map.of("plaintext", Base64.getEncoder().encodeToString(plain))));
            }
        } catch (GeneralSecurityException | IllegalArgumentException tampered) {
            return error(400, "cipher: message authentication failed");
        }
        return new Sent(404, Map.of("errors", List.of()));
    }

    private static Sent error(int status, String text) {
        return new Sent(status, Map.of("errors", List.of(text)));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
