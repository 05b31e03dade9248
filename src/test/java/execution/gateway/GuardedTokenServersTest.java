package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import secrets.TokenServers.Answer;
import tenancy.TenantId;

/** Token endpoints, asked over a real connection. */
class GuardedTokenServersTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final Map<String, String> FORM =
            Map.of("grant_type", "client_credentials", "scope", "a b", "resource", "https://api.example/x?y=1&z=ü");

    private final TargetServer server = new TargetServer();
    private final TargetClient client = new TargetClient(
            new DestinationGuard(InetAddress::getAllByName),
            new GatewaySettings(10, Duration.ofMinutes(1), Duration.ofSeconds(5)));
    private final GuardedTokenServers servers = new GuardedTokenServers(client);

    GuardedTokenServersTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        client.destroy();
        server.close();
    }

    @Test
    void a_form_is_sent_encoded_and_the_answer_concealed() {
        server.answers((exchange, n) -> TargetServer.json(exchange, 200, "{\"access_token\":\"t\"}"));

        Answer answer = servers.post(ACME, address("/token"), true, Map.of("Authorization", "Basic eDp5"), FORM);

        TargetServer.Seen seen = server.seen.getFirst();
        assertThat(seen.method()).isEqualTo("POST");
        assertThat(seen.headers().getFirst("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(seen.headers().get("Content-Type")).hasSize(1);
        assertThat(seen.headers().getFirst("Authorization")).isEqualTo("Basic eDp5");
        assertThat(seen.body())
                .isEqualTo("grant_type=client_credentials"
                        + "&resource=https%3A%2F%2Fapi.example%2Fx%3Fy%3D1%26z%3D%C3%BC&scope=a+b");
        assertThat(answer).isInstanceOfSatisfying(Answer.Answered.class, answered -> {
            assertThat(answered.body().reveal()).isEqualTo("{\"access_token\":\"t\"}");
            assertThat(answered.toString()).doesNotContain("access_token");
        });
    }

    @Test
    void nothing_is_sent_in_the_clear_or_to_a_private_address_unless_an_operator_allowed_it() {
        assertThat(servers.post(ACME, address("/token"), false, Map.of(), FORM))
                .isEqualTo(new Answer.Unanswered("unusable_address"));
        assertThat(servers.post(
                        ACME,
                        URI.create(address("/token").toString().replace("http:", "https:")),
                        false,
                        Map.of(),
                        FORM))
                .isEqualTo(new Answer.Unanswered("destination_blocked"));
        assertThat(server.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user@127.0.0.1/token",
                "https://127.0.0.1/token#x",
                "https:///token",
                "ftp://127.0.0.1/token",
                "/token",
                "mailto:a@b"
            })
    void an_address_that_is_no_token_endpoint_is_never_called(String address) {
        assertThat(servers.post(ACME, URI.create(address), true, Map.of(), FORM))
                .isEqualTo(new Answer.Unanswered("unusable_address"));
    }

    @Test
    void metadata_services_are_out_of_reach_for_everybody() {
        assertThat(servers.post(ACME, URI.create("http://169.254.169.254/token"), true, Map.of(), FORM))
                .isEqualTo(new Answer.Unanswered("destination_blocked"));
    }

    @Test
    void a_redirect_is_an_answer_and_not_followed() {
        server.answers((exchange, n) -> {
            exchange.getResponseHeaders().set("Location", address("/elsewhere").toString());
            exchange.sendResponseHeaders(307, -1);
        });

        assertThat(servers.post(ACME, address("/token"), true, Map.of(), FORM))
                .isInstanceOfSatisfying(
                        Answer.Answered.class,
                        answered -> assertThat(answered.status()).isEqualTo(307));
        assertThat(server.seen).hasSize(1);
    }

    @Test
    void an_answer_of_more_than_64_kib_is_not_read() {
        server.answers((exchange, n) -> TargetServer.json(exchange, 200, "x".repeat(64 * 1024 + 1)));

        assertThat(servers.post(ACME, address("/token"), true, Map.of(), FORM))
                .isEqualTo(new Answer.Unanswered("answer_too_large"));
    }

    private URI address(String path) {
        return URI.create(server.url() + path);
    }
}
