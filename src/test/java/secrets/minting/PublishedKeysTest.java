package secrets.minting;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import secrets.WorkloadTokens.Workload;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantId;

/** Who is at work, as others can check it, and what of a caller's own credential goes on: nothing. */
@PlatformTest
class PublishedKeysTest {

    private static final URI ISSUER = URI.create("https://firebreak.example");

    private final Given given;
    private final SigningKeys keys;
    private final SigningKeyRows rows;
    private final Clock clock;
    private final Supplier<UUID> ids;

    @Autowired
    PublishedKeysTest(Given given, SigningKeys keys, SigningKeyRows rows, Clock clock, Supplier<UUID> ids) {
        this.given = given;
        this.keys = keys;
        this.rows = rows;
        this.clock = clock;
        this.ids = ids;
    }

    @Test
    void anybody_checks_a_token_with_the_published_keys() throws Exception {
        SignedJWT token = SignedJWT.parse(token("acme"));

        TestClient.Answer answer = given.anybody().get("/.well-known/jwks.json").expect(200);

        assertThat(answer.header("Cache-Control")).isEqualTo("max-age=300, public");
        assertThat(answer.body()).doesNotContain("\"d\"");
        ECKey key = JWKSet.parse(answer.body())
                .getKeyByKeyId(token.getHeader().getKeyID())
                .toECKey();
        JWSVerifier verifier = new ECDSAVerifier(key);
        assertThat(token.verify(verifier)).isTrue();
    }

    @Test
    void a_token_that_is_for_others_lets_nobody_in_here() {
        var customer = given.customer();
        var shown = new TestClient(customer.agent().platform(), token(customer.tenant()));

        assertThat(shown.get("/v1/actions").status()).isEqualTo(401);
        assertThat(shown.get("/v1/connectors").status()).isEqualTo(401);
    }

    @Test
    void of_a_race_for_one_generation_one_row_comes() throws Exception {
        long generation = keys.current().generation() + 1_000;
        Instant from = clock.instant().plus(Duration.ofDays(300)).truncatedTo(ChronoUnit.MILLIS);
        List<Callable<Boolean>> nodes = new ArrayList<>();
        for (int node = 0; node < 16; node++) {
            byte[] sealed = {(byte) node};
            nodes.add(() ->
                    rows.add(new SigningKeyRows.Stored(generation, sealed, from, from.plus(Duration.ofHours(1)))));
        }
        int made = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> one : threads.invokeAll(nodes)) {
                made += one.get() ? 1 : 0;
            }
        }
        assertThat(made).isEqualTo(1);
        assertThat(rows.all()).last().satisfies(row -> {
            assertThat(row.generation()).isEqualTo(generation);
            assertThat(row.from()).isEqualTo(from);
        });
        rows.dropThoseUntil(from.plus(Duration.ofHours(2)));
        assertThat(rows.all()).isEmpty();
    }

    @Test
    void what_a_caller_authenticates_with_is_never_passed_on() throws Exception {
        List<Headers> arrived = new CopyOnWriteArrayList<>();
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            arrived.add(exchange.getRequestHeaders());
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        target.start();
        try {
            var customer = given.customer();
            given.operator()
                    .put(
                            "/v1/connectors/zendesk?tenant=" + customer.tenant(),
                            connector(target.getAddress().getPort()))
                    .expect(201);
            customer.admin().put("/v1/policies/" + Given.PROFILE, """
                {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]}],
                 "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
                """);

            TestClient.Answer done = customer.agent()
                    .post(
                            "/v1/actions?wait=PT10S",
                            envelope(customer.tenant()),
                            "Proxy-Authorization",
                            "Basic cGxhbnRlZA==",
                            "Cookie",
                            "session=planted",
                            "X-Api-Key",
                            "planted");

            assertThat(done.expect(200).at("/state")).isEqualTo("succeeded");
            assertThat(arrived).singleElement().satisfies(headers -> {
                assertThat(headers).doesNotContainKeys("Authorization", "Proxy-authorization", "Cookie", "X-api-key");
                assertThat(headers.values().toString())
                        .doesNotContain(String.valueOf(customer.agent().credential()))
                        .doesNotContain("planted");
            });
        } finally {
            target.stop(0);
        }
    }

    private String token(String tenant) {
        TenantId of = new TenantId(tenant);
        return new SignedWorkloadTokens(keys, new WorkloadTokenSettings(ISSUER, Duration.ofHours(24)), clock, ids)
                .sign(new Workload(
                        new ActionId(of, "a1"),
                        new AgentId(of, Given.AGENT),
                        new RunId(of, "wr_1"),
                        "https://desk.example",
                        List.of("tickets.read"),
                        Instant.MAX))
                .token()
                .reveal();
    }

    private static String connector(int port) {
        return """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],
             "operations":{
               "ticket.update":{"effect":"write","method":"PUT","path":"/tickets",
                 "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
            """.formatted(port);
    }

    private static String envelope(String tenant) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update","target":{"system":"zendesk"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(tenant, Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS);
    }
}
