package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SandboxServerTest {

    private final SandboxServer sandbox = SandboxServer.start(0);
    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();

    @AfterEach
    void stop() {
        sandbox.close();
        http.close();
    }

    @Test
    void a_changed_ticket_is_seen() throws Exception {
        send("PATCH", "/tickets/zd_99102", "{\"status\":\"solved\"}", "k1");

        JsonNode ticket =
                json.readTree(send("GET", "/tickets/zd_99102", "", null).body());
        assertThat(ticket.path("status").stringValue()).isEqualTo("solved");
        assertThat(json.readTree(send("GET", "/tickets", "", null).body())).hasSize(1);
    }

    @Test
    void texts_are_classified_and_completed_without_an_effect() throws Exception {
        assertThat(send("POST", "/classifications", "{\"text\":\"Thank you.\"}", null)
                        .body())
                .contains("clean");
        assertThat(send("POST", "/classifications", "{\"text\":\"We GUARANTEE it.\"}", null)
                        .body())
                .contains("flagged", "guarantee");
        JsonNode completed = json.readTree(
                send("POST", "/completions", "{\"prompt\":\"12345\"}", null).body());
        assertThat(completed.at("/usage/total_tokens").asLong()).isEqualTo(4);
        assertThat(counts().path("effects").asLong()).isZero();
    }

    @Test
    void drafts_mails_customers_and_pages_are_kept_apart() throws Exception {
        assertThat(send("POST", "/tickets/zd_1/drafts", "{\"text\":\"Dear\"}", null)
                        .statusCode())
                .isEqualTo(201);
        assertThat(send("PATCH", "/crm/c_1", "{\"stage\":\"trial\"}", null).statusCode())
                .isEqualTo(200);
        assertThat(send("POST", "/mails", "{\"to\":[\"a@b.example\"]}", null).body())
                .contains("mail_1");
        assertThat(send("GET", "/pages/news", "", null).body()).contains("news");
        assertThat(send("DELETE", "/tickets/zd_1", "", null).statusCode()).isEqualTo(200);
        assertThat(send("DELETE", "/tickets/zd_1", "", null).statusCode()).isEqualTo(404);

        JsonNode counts = counts();
        assertThat(counts.path("effects").asLong()).isEqualTo(4);
        assertThat(counts.path("effects_by_kind").propertyNames())
                .containsExactly("crm.update", "mail.send", "ticket.delete", "ticket.draft");
    }

    @Test
    void a_key_has_one_effect_however_often_and_at_once_it_is_sent() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                threads.submit(() -> send("POST", "/mails", "{\"to\":[]}", "k1"));
            }
        }

        assertThat(sandbox.effects()).isEqualTo(1);
        assertThat(sandbox.effects("k1")).isEqualTo(1);
        assertThat(counts().path("requests_by_key").path("k1").asLong()).isEqualTo(50);
        assertThat(json.readTree(send("GET", "/mails", "", null).body())).hasSize(1);
    }

    @Test
    void it_fails_as_told_without_an_effect_or_after_it() throws Exception {
        send("PUT", "/faults", "{\"fail_rate\":1.0,\"status\":500}", null);
        assertThat(send("POST", "/mails", "{}", null).statusCode()).isEqualTo(500);
        assertThat(sandbox.effects()).isZero();

        send("PUT", "/faults", "{\"fail_rate\":1.0,\"status\":502,\"after_effect\":true}", null);
        assertThat(send("POST", "/mails", "{}", null).statusCode()).isEqualTo(502);
        assertThat(sandbox.effects()).isEqualTo(1);

        send("PUT", "/faults", "{}", null);
        assertThat(send("POST", "/mails", "{}", null).statusCode()).isEqualTo(202);
    }

    @Test
    void it_hangs_as_told_and_still_stops() throws Exception {
        send("PUT", "/faults", "{\"hang\":true}", null);

        assertThatThrownBy(() -> send("GET", "/tickets", "", null)).isInstanceOf(HttpTimeoutException.class);
        assertThat(send("GET", "/faults", "", null).body()).contains("\"hang\":true");
    }

    @Test
    void what_is_no_json_object_is_refused() throws Exception {
        assertThat(send("PATCH", "/tickets/zd_1", "[", null).statusCode()).isEqualTo(400);
        assertThat(send("PUT", "/faults", "1", null).statusCode()).isEqualTo(400);
        assertThat(send("GET", "/nowhere", "", null).statusCode()).isEqualTo(404);
    }

    @Test
    void where_a_key_is_wanted_nothing_goes_without_and_one_only_reads() throws Exception {
        String ticket = "/keyed/tickets/zd_1";
        String changes = "{\"status\":\"solved\"}";
        assertThat(keyed("PATCH", ticket, changes, null)).isEqualTo(401);
        assertThat(keyed("PATCH", ticket, changes, "made up")).isEqualTo(401);
        assertThat(keyed("PATCH", ticket, changes, sandbox.key("read"))).isEqualTo(403);
        assertThat(sandbox.effects()).isZero();
        assertThat(keyed("PATCH", ticket, changes, sandbox.key("mutate"))).isEqualTo(200);
        assertThat(keyed("GET", ticket, "", sandbox.key("read"))).isEqualTo(200);
        assertThat(keyed("GET", ticket, "", null)).isEqualTo(401);
        try (var another = SandboxServer.start(0)) {
            assertThat(another.key("mutate")).isNotEqualTo(sandbox.key("mutate"));
        }
    }

    private int keyed(String method, String path, String body, @Nullable String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(sandbox.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private JsonNode counts() throws IOException, InterruptedException {
        return json.readTree(send("GET", "/counts", "", null).body());
    }

    private HttpResponse<String> send(String method, String path, String body, @Nullable String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(sandbox.url() + path))
                .timeout(Duration.ofSeconds(1))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
