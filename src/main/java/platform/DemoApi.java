package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The platform's own API as any client sees it. The demo has no other way in. */
final class DemoApi implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final URI base;
    private final JsonMapper json;

    DemoApi(URI base, JsonMapper json) {
        this.base = base;
        this.json = json;
    }

    record Answer(int status, JsonNode body) {

        boolean found() {
            return status != 404;
        }

        Answer orThrow() {
            if (status >= 400) {
                throw new IllegalStateException("The demo could not be set up: " + status + " " + body);
            }
            return this;
        }
    }

    /** Asks for an action under an idempotency key of its own: the demo asks for the same thing more than once. */
    Answer act(String key, Object envelope, String idempotencyKey) {
        return send(key, "POST", "/v1/actions?wait=PT10S", envelope, "Idempotency-Key", '"' + idempotencyKey + '"');
    }

    Answer get(String key, String path) {
        return send(key, "GET", path, null);
    }

    Answer post(String key, String path, Object body) {
        return send(key, "POST", path, body);
    }

    Answer put(String key, String path, Object body) {
        return send(key, "PUT", path, body);
    }

    Answer delete(String key, String path) {
        return send(key, "DELETE", path, null);
    }

    Answer send(String key, String method, String path, @Nullable Object body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(json.writeValueAsBytes(body)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), body(response));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the demo was set up", stopped);
        }
    }

    /** The answer's document; what is no single document, such as an export, as text. */
    private JsonNode body(HttpResponse<byte[]> response) {
        byte[] answer = response.body();
        if (answer.length == 0) {
            return json.nullNode();
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        return type.startsWith("application/json") || type.startsWith("application/problem+json")
                ? json.readTree(answer)
                : json.getNodeFactory().stringNode(new String(answer, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        http.close();
    }
}
