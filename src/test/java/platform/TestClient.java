package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One caller over HTTP.
 *
 * @param credential sent as a bearer token; absent: nobody in particular
 */
public record TestClient(URI platform, @Nullable String credential) {

    private static final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final JsonMapper json = new JsonMapper();

    /** What came back, body read to its end. */
    public record Answer(int status, java.net.http.HttpHeaders headers, String body) {

        public JsonNode json() {
            return json.readTree(body);
        }

        /** The text of the field that the JSON pointer leads to; empty if there is none. */
        public String at(String pointer) {
            return json().at(pointer).asString("");
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** This answer, if it has this status; else the test fails and shows the body. */
        public Answer expect(int expected) {
            Assertions.assertThat(status).as(body).isEqualTo(expected);
            return this;
        }
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Answer put(String path, String body, String... headers) {
        return send("PUT", path, body, headers);
    }

    public Answer patch(String path, String body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    /** @param headers name, value, name, value … */
    public Answer send(String method, String path, @Nullable String body, String... headers) {
        return sendBody(
                method,
                path,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body, StandardCharsets.UTF_8),
                headers);
    }

    /** Sends any bytes, well-formed or not. */
    public Answer sendBody(String method, String path, BodyPublisher body, String... headers) {
        Answer answer = sent(method, path, body, headers);
        Canaries.watch("the answer to " + method + " " + path, answer.headers().map() + answer.body());
        return answer;
    }

    /** Collects what was handed out under a lease: where that succeeds is the one answer that may hold a secret. */
    public Answer collect(String lease) {
        String path = "/v1/leases/" + lease + ":collect";
        Answer answer = sent("POST", path, BodyPublishers.noBody());
        if (answer.status() != 200) {
            Canaries.watch("the answer to POST " + path, answer.headers().map() + answer.body());
        }
        return answer;
    }

    private Answer sent(String method, String path, BodyPublisher body, String... headers) {
        try {
            HttpResponse<String> answer = http.send(request(method, path, body, headers), BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.headers(), answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private HttpRequest request(String method, String path, BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(platform.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .setHeader("Content-Type", "application/json");
        if (credential != null) {
            request.setHeader("Authorization", "Bearer " + credential);
        }
        for (int at = 0; at < headers.length; at += 2) {
            request.setHeader(headers[at], headers[at + 1]);
        }
        return request.method(method, body).build();
    }
}
