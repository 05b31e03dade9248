package secrets.minting;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import secrets.Concealed;
import secrets.TokenServers;
import tenancy.TenantId;

/**
 * An authorization server that checks what it is asked as RFC 6749 says, and rotates refresh tokens: one that is used
 * twice ends the whole family.
 */
final class TokenServer implements TokenServers, AutoCloseable {

    static final String CLIENT = "client:of acme";
    static final String CLIENT_SECRET = "not/a real+secret%";

    final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
    final AtomicInteger replays = new AtomicInteger();

    private final HttpServer server;
    private final AtomicInteger made = new AtomicInteger();
    private volatile String refreshToken = "refresh-0";
    private volatile Function<Map<String, String>, Reply> behaviour = this::granted;

    record Reply(int status, String body) {}

    TokenServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/token", exchange -> {
            try (exchange) {
                Map<String, String> form =
                        decoded(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
                String authorization = exchange.getRequestHeaders().getFirst("Authorization");
                form.put("authorization", authorization == null ? "" : authorization);
                asked.add(form);
                Reply reply = behaviour.apply(form);
                byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/token");
    }

    TokenServer answers(Function<Map<String, String>, Reply> wanted) {
        behaviour = wanted;
        return this;
    }

    TokenServer answers(int status, String body) {
        return answers(form -> new Reply(status, body));
    }

    void rotate(String next) {
        refreshToken = next;
    }

    Reply granted(Map<String, String> form) {
        if (!form.getOrDefault("authorization", "").equals(basic(CLIENT, CLIENT_SECRET))) {
            return new Reply(401, "{\"error\":\"invalid_client\"}");
        }
        int number = made.incrementAndGet();
        String token = "\"access_token\":\"access-%d\",\"token_type\":\"Bearer\",\"expires_in\":3600".formatted(number);
        return switch (form.getOrDefault("grant_type", "")) {
            case "client_credentials" -> new Reply(200, "{" + token + "}");
            case "refresh_token" -> {
                if (!form.getOrDefault("refresh_token", "").equals(refreshToken)) {
                    replays.incrementAndGet();
                    yield new Reply(400, "{\"error\":\"invalid_grant\"}");
                }
                refreshToken = "refresh-" + number;
                yield new Reply(200, "{" + token + ",\"refresh_token\":\"" + refreshToken + "\"}");
            }
            default -> new Reply(400, "{\"error\":\"unsupported_grant_type\"}");
        };
    }

    private static String basic(String id, String secret) {
        String pair =
                URLEncoder.encode(id, StandardCharsets.UTF_8) + ":" + URLEncoder.encode(secret, StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    private static Map<String, String> decoded(String form) {
        return new HashMap<>(Arrays.stream(form.split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        field -> URLDecoder.decode(field[0], StandardCharsets.UTF_8),
                        field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8))));
    }

    /** Without a guard: that one has tests of its own. */
    @Override
    public Answer post(
            TenantId owner, URI address, boolean mayBePrivate, Map<String, String> headers, Map<String, String> form) {
        var request = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofString(form.entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"))));
        headers.forEach(request::header);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer.Answered(answer.statusCode(), new Concealed(answer.body()));
        } catch (IOException failed) {
            return new Answer.Unanswered("connection_lost");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Answer.Unanswered("connection_lost");
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
