package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Credentials from end to end: put in over HTTP, lent to an agent's action, seen by the target system, and by nobody
 * else. Every value is a canary: an answer that shows one fails the build, and so does a row, a log, a metric or a trace.
 */
@PlatformTest
class CredentialsOverHttpTest {

    private static final String BEARER = "{\"as\":\"bearer\"}";

    private final Given given;
    private final Supplier<UUID> ids;
    private final TargetServer target = new TargetServer();

    @Autowired
    CredentialsOverHttpTest(Given given, Supplier<UUID> ids) throws IOException {
        this.given = given;
        this.ids = ids;
    }

    @AfterEach
    void close() {
        target.close();
    }

    @Test
    void the_target_gets_what_was_granted_and_the_journal_knows_the_lease() throws Exception {
        LendingCustomer acme = customer();
        String value = Canaries.plant("api_key");
        acme.connector("desk", target.url(), BEARER);
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(value));
        acme.grantAll("desk_write");

        Answer done = acme.done("ticket.update", "desk", "zd_1");

        assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
        assertThat(target.seen).hasSize(1);
        assertThat(target.seen.getFirst().headers().get("Authorization")).containsExactly("Bearer " + value);
        String action = done.at("/action_id");
        JsonNode issued = acme.journal("lease_issued").getFirst().at("/payload");
        String lease = issued.at("/lease").asString();
        assertThat(lease).startsWith("ls_");
        assertThat(issued.at("/action").asString()).isEqualTo(action);
        assertThat(issued.at("/secret").asString()).isEqualTo("desk_write");
        assertThat(issued.at("/mode").asString()).isEqualTo("mutate");
        assertThat(acme.journal("action_started")
                        .getFirst()
                        .at("/payload/lease/id")
                        .asString())
                .isEqualTo(lease);
        assertThat(acme.action(action).at("/attempts/0/lease")).isEqualTo(lease);
        until(() -> !acme.journal("leases_ended").isEmpty());
        JsonNode exposed = acme.customer()
                .auditor()
                .get("/v1/secrets/desk_write/exposure")
                .expect(200)
                .json();
        assertThat(exposed.at("/items")).hasSize(1);
        assertThat(exposed.at("/items/0/lease_id").asString()).isEqualTo(lease);
        assertThat(exposed.at("/items/0/action_id").asString()).isEqualTo(action);
        assertThat(exposed.at("/items/0/agent_id").asString()).isEqualTo(Given.AGENT);
        assertThat(exposed.at("/items/0/destination").asString()).isEqualTo("127.0.0.1");
        assertThat(exposed.at("/items/0/outcome").asString()).isEqualTo("answered");
        for (String by : List.of("connector=desk", "agent=" + Given.AGENT)) {
            assertThat(acme.customer()
                            .admin()
                            .get("/v1/exposure?" + by)
                            .expect(200)
                            .at("/items/0/lease_id"))
                    .isEqualTo(lease);
        }
    }

    @Test
    void without_a_secret_or_a_grant_nothing_leaves_and_the_action_says_why() {
        LendingCustomer acme = customer();
        acme.connector("desk", target.url(), BEARER);
        assertThat(acme.done("ticket.update", "desk", "zd_1").at("/outcome/code"))
                .isEqualTo("no_secret");
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(Canaries.plant("api_key")));
        acme.customer()
                .admin()
                .post("/v1/secrets/desk_write/grants", "{\"agent_class\":\"another\",\"operations\":[\"*\"]}")
                .expect(201);

        Answer refused = acme.done("ticket.update", "desk", "zd_2");

        assertThat(refused.at("/state")).isEqualTo("failed");
        assertThat(refused.at("/outcome/code")).as(refused.body()).isEqualTo("no_grant");
        assertThat(target.seen).isEmpty();
        assertThat(acme.journal("lease_issued")).isEmpty();
        assertThat(acme.journal("lease_refused"))
                .extracting(entry -> entry.at("/payload/code").asString())
                .containsExactly("no_secret", "no_grant");
    }

    @Test
    void a_class_that_may_only_read_gets_nothing_to_write_with() {
        LendingCustomer acme = customer();
        String reading = Canaries.plant("api_key");
        acme.connector("desk", target.url(), "{\"as\":\"header\",\"header\":\"X-Api-Key\"}");
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(Canaries.plant("api_key")));
        acme.secret("desk_read", "desk", "read", LendingCustomer.apiKey(reading));
        acme.grantAll("desk_write");
        acme.grantAll("desk_read");
        acme.customer()
                .admin()
                .put("/v1/agent-classes/support_triage", "{\"mode\":\"read\"}")
                .expect(200);

        Answer refused = acme.done("ticket.update", "desk", "zd_1");
        assertThat(refused.at("/state")).isEqualTo("failed");
        assertThat(refused.at("/outcome/code")).isEqualTo("read_only_class");
        assertThat(target.seen).isEmpty();

        assertThat(acme.done("ticket.read", "desk", "zd_1").at("/state")).isEqualTo("succeeded");
        assertThat(target.seen.getFirst().headers().get("X-Api-Key")).containsExactly(reading);
        assertThat(target.seen.getFirst().headers()).doesNotContainKey("Authorization");
    }

    @Test
    void what_the_target_echoes_comes_back_without_it() {
        LendingCustomer acme = customer();
        String value = Canaries.plant("api_key");
        acme.connector("desk", target.url(), BEARER);
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(value));
        acme.grantAll("desk_write");
        target.answers((exchange, n) -> TargetServer.json(
                exchange,
                200,
                "{\"you\":{\"sent\":\"%s\"},\"b\":\"%s\"}"
                        .formatted(authorization(exchange), base64("key: " + value))));

        Answer done = acme.done("ticket.update", "desk", "zd_1");

        assertThat(done.at("/state")).isEqualTo("succeeded");
        assertThat(done.at("/outcome/result/you/sent")).isEqualTo("Bearer [redacted]");
        assertThat(acme.action(done.at("/action_id")).at("/outcome/result/b")).isEqualTo("[redacted]");
        JsonNode redacted = acme.journal("result_redacted").getFirst().at("/payload");
        assertThat(redacted.at("/action").asString()).isEqualTo(done.at("/action_id"));
        assertThat(redacted.at("/redactions").findValuesAsString("kind")).containsOnly("leased_value");
        assertThat(redacted.at("/redactions").findValuesAsString("pointer"))
                .containsExactlyInAnyOrder("/result/you/sent", "/result/b");
    }

    /** The target tells all it was sent, in a good answer, in bad ones, and in none at all. */
    @Test
    void every_kind_is_used_well_and_badly_and_is_seen_nowhere(@TempDir Path folder) throws Exception {
        LendingCustomer acme = customer();
        String key = Canaries.plant("api_key");
        String password = Canaries.plant("basic");
        acme.connector("keyed", target.url(), BEARER);
        acme.secret("keyed_write", "keyed", "mutate", LendingCustomer.apiKey(key));
        acme.connector("basic", target.url(), "{\"as\":\"basic\"}");
        acme.secret(
                "basic_write",
                "basic",
                "mutate",
                "{\"type\":\"basic\",\"user\":\"maria\",\"password\":\"%s\"}".formatted(password));
        try (var tokens = new Tokens()) {
            acme.connector("oauth", target.url(), "{\"as\":\"bearer\",\"scopes\":[\"tickets\"]}");
            tokenSecret(acme, "oauth", """
                {"type":"client_credentials","client_id":"firebreak","client_secret":"%s","token_endpoint":"%s"}\
                """.formatted(Canaries.plant("client_credentials"), tokens.url()));
            acme.connector("refreshed", target.url(), BEARER);
            tokenSecret(acme, "refreshed", """
                {"type":"refresh_token","client_id":"firebreak","client_secret":"%s","refresh_token":"%s",
                 "token_endpoint":"%s"}\
                """.formatted(
                            Canaries.plant("client_credentials"), tokens.refresh, tokens.url()));
            List<String> systems = List.of("keyed", "basic", "oauth", "refreshed");
            systems.forEach(system -> acme.grantAll(system + "_write"));

            target.answers((exchange, n) -> told(exchange, 200));
            for (String system : systems) {
                Answer done = acme.done("ticket.update", system, "zd_1");
                assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
                assertThat(done.at("/outcome/result/sent")).contains("[redacted]");
            }
            assertThat(target.seen)
                    .extracting(seen -> seen.headers().getFirst("Authorization"))
                    .containsExactly(
                            "Bearer " + key,
                            "Basic " + base64("maria:" + password),
                            "Bearer " + tokens.given.get(0),
                            "Bearer " + tokens.given.get(1));
            for (int status : List.of(401, 422, 500)) {
                target.answers((exchange, n) -> told(exchange, status));
                for (String system : systems) {
                    Answer failed = acme.done("ticket.update", system, "zd_" + status);
                    assertThat(failed.at("/state"))
                            .as(failed.body())
                            .isEqualTo(status == 500 ? "outcome_unknown" : "failed");
                }
            }
            target.answers((exchange, n) -> plain(exchange, "You sent " + authorization(exchange)));
            for (String system : systems) {
                assertThat(acme.done("ticket.update", system, "zd_plain").at("/state"))
                        .isIn("succeeded", "outcome_unknown");
            }
            // A token endpoint that tells what it was sent, too.
            tokens.refuses = true;
            for (String system : List.of("oauth", "refreshed")) {
                rotate(acme, system, tokens.url());
                Answer failed = acme.done("ticket.update", system, "zd_again");
                assertThat(failed.at("/state")).as(failed.body()).isEqualTo("failed");
                assertThat(failed.at("/outcome/code")).isEqualTo("secret_unavailable");
            }
        }
        certificate(acme, folder);
        target.close();
        assertThat(acme.done("ticket.update", "keyed", "zd_gone").at("/state")).isEqualTo("failed");
        until(() -> acme.journal("leases_ended").size() > 1);
        for (String path : List.of("/v1/secrets", "/v1/exposure?agent=" + Given.AGENT, "/v1/actions?limit=200")) {
            acme.customer().admin().get(path).expect(200);
        }
        acme.journal();
    }

    /** The host is trusted by nobody here, so the handshake fails; until then the key was opened and made ready. */
    private void certificate(LendingCustomer acme, Path folder) throws Exception {
        var pair = MarkedKey.made(folder.resolve("keys.p12"), Canaries.plant("certificate"));
        acme.connector("mutual", "https://127.0.0.1:" + target.port(), "{\"as\":\"client_certificate\"}");
        acme.secret("mutual_write", "mutual", "mutate", pair.value());
        acme.grantAll("mutual_write");

        Answer failed = acme.done("ticket.update", "mutual", "zd_1");

        assertThat(failed.at("/state")).isEqualTo("failed");
        assertThat(failed.at("/outcome/code")).as(failed.body()).isIn("tls_failed", "connect_failed");
        acme.customer()
                .admin()
                .post("/v1/secrets", """
                    {"secret_id":"mutual_read","system":"mutual","mode":"read",
                     "value":{"type":"certificate","chain":"%s","key":"%1$s"}}\
                    """.formatted(pair.keyInJson()))
                .expect(400);
    }

    @Test
    void bodies_that_are_wrong_are_refused_without_their_values() {
        LendingCustomer acme = customer();
        acme.connector("desk", target.url(), BEARER);
        acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(Canaries.plant("api_key")));
        String start = "{\"secret_id\":\"other\",\"system\":\"desk\",\"mode\":\"read\",\"value\":";
        List<String> wrong = new ArrayList<>();
        for (String slot : List.of("api_key", "basic", "client_credentials", "refresh_token", "certificate")) {
            String value = Canaries.plant(slot);
            for (String body : List.of(
                    "{\"type\":\"%s\",\"value\":\"~\"}",
                    "{\"type\":\"api_key\",\"value\":~}",
                    "{\"type\":\"api_key\",\"value\":\"~",
                    "{\"type\":\"api_key\",\"value\":\"~\"}}}",
                    "{\"type\":\"api_key\",\"value\":[\"~\"]}",
                    "{\"type\":\"api_key\",\"value\":{\"a\":\"~\"}}",
                    "{\"type\":\"~\",\"value\":\"a\"}",
                    "\"~\"",
                    "[\"~\"]",
                    "{\"type\":\"api_key\",\"secret\":\"~\"}",
                    "{\"type\":\"api_key\",\"value\":\"a\",\"value\":\"~\"}",
                    "{\"type\":\"basic\",\"user\":\"~:\",\"password\":\"~\"}",
                    "{\"type\":\"basic\",\"user\":\"\\n\",\"password\":\"~\"}",
                    "{\"type\":\"client_credentials\",\"token_endpoint\":\"~\",\"client_id\":\"a\",\"client_secret\":\"~\"}",
                    "{\"type\":\"client_credentials\",\"token_endpoint\":\"https://a:~@b/\",\"client_id\":\"a\","
                            + "\"client_secret\":\"~\"}",
                    "{\"type\":\"refresh_token\",\"client_id\":\"~\",\"refresh_token\":\"~\"}",
                    "{\"type\":\"certificate\",\"chain\":\"~\",\"key\":\"~\"}",
                    "{\"type\":\"elsewhere\",\"value\":\"~\"}")) {
                wrong.add(start + body.replace("~", value).replace("%s", slot) + "}");
            }
            wrong.remove(start + "{\"type\":\"api_key\",\"value\":\"" + value + "\"}}");
            wrong.add("{\"secret_id\":\"other\",\"system\":\"%s !\",\"mode\":\"%1$s\"}".formatted(value));
            wrong.add("{\"secret_id\":\"%s !\",\"system\":\"desk\",\"mode\":\"read\"}".formatted(value));
            wrong.add(start + LendingCustomer.apiKey(value) + ",\"kept_elsewhere\":\"" + value + "\"}");
            wrong.add(start + LendingCustomer.apiKey(value) + ",\"kept_elsewhere\":true}");
            wrong.add(value);
        }
        for (String body : wrong) {
            assertThat(acme.customer().admin().post("/v1/secrets", body).status())
                    .as(body)
                    .isEqualTo(400);
        }
        for (String body : List.of(
                "{\"value\":{\"type\":\"basic\",\"user\":\"a\",\"password\":\"~\"}}",
                "{\"value\":{\"type\":\"api_key\",\"value\":\"~\"},\"overlap\":\"~\"}",
                "{\"value\":{\"type\":\"api_key\",\"value\":\"~\"},\"overlap\":\"P99D\"}",
                "{\"value\":\"~\"}")) {
            acme.customer()
                    .admin()
                    .post("/v1/secrets/desk_write/versions", body.replace("~", Canaries.plant("api_key")))
                    .expect(400);
        }
        String value = Canaries.plant("api_key");
        acme.customer()
                .admin()
                .post("/v1/secrets/desk_write/grants", "{\"operations\":[\"%s !\"],\"mode\":\"%1$s\"}".formatted(value))
                .expect(400);
        acme.customer()
                .admin()
                .post("/v1/secrets:revoke", "{\"scope\":\"%s\",\"reason\":\"a\"}".formatted(value))
                .expect(400);
        // Nobody may, and nobody learns what was sent.
        acme.customer()
                .agent()
                .post("/v1/secrets", start + LendingCustomer.apiKey(value) + "}")
                .expect(403);
        given.anybody()
                .post("/v1/secrets", start + LendingCustomer.apiKey(value) + "}")
                .expect(401);
        acme.customer()
                .admin()
                .post("/v1/secrets", start + LendingCustomer.apiKey(value) + "}", "Content-Type", "text/plain")
                .expect(415);
        assertThat(acme.customer().admin().get("/v1/secrets").expect(200).json().at("/items"))
                .hasSize(1);
    }

    /** A tenant's admin may change the connector, and never learns by that what somebody else sealed. */
    @Test
    void a_value_is_not_sent_to_where_its_connector_was_moved() throws IOException {
        LendingCustomer acme = customer();
        String sealed = Canaries.plant("api_key");
        acme.connector("desk", target.url(), BEARER);
        Answer created = acme.secret("desk_write", "desk", "mutate", LendingCustomer.apiKey(sealed));
        acme.grantAll("desk_write");
        assertThat(created.at("/versions/0/hosts/0")).isEqualTo(target.url());
        assertThat(acme.done("ticket.update", "desk", "zd_1").at("/state")).isEqualTo("succeeded");
        try (var elsewhere = new TargetServer()) {
            move(acme, "desk", elsewhere.url());

            Answer refused = acme.done("ticket.update", "desk", "zd_2");

            assertThat(refused.at("/state")).isEqualTo("failed");
            assertThat(refused.at("/outcome/code")).as(refused.body()).isEqualTo("destination_not_bound");
            assertThat(refused.at("/cause/detail"))
                    .contains("desk_write", target.url(), elsewhere.url(), "Give a new value");
            assertThat(elsewhere.seen).isEmpty();
            assertThat(acme.journal("lease_refused")
                            .getLast()
                            .at("/payload/code")
                            .asString())
                    .isEqualTo("destination_not_bound");

            String given = Canaries.plant("api_key");
            Answer rotated = acme.customer()
                    .admin()
                    .post("/v1/secrets/desk_write/versions", "{\"value\":" + LendingCustomer.apiKey(given) + "}")
                    .expect(201);
            assertThat(rotated.at("/versions/0/hosts/0")).isEqualTo(target.url());
            assertThat(rotated.at("/versions/1/hosts/0")).isEqualTo(elsewhere.url());
            assertThat(acme.done("ticket.update", "desk", "zd_3").at("/state")).isEqualTo("succeeded");
            assertThat(elsewhere.seen)
                    .extracting(seen -> seen.headers().getFirst("Authorization"))
                    .containsExactly("Bearer " + given);
            move(acme, "desk", target.url());
            assertThat(acme.done("ticket.update", "desk", "zd_4").at("/outcome/code"))
                    .as("back again is another place too")
                    .isEqualTo("destination_not_bound");
        }
    }

    @Test
    void where_a_value_may_go_is_known_when_it_is_given() {
        LendingCustomer acme = customer();
        String start = """
            {"secret_id":"later","system":"later","mode":"mutate","value":%s\
            """.formatted(LendingCustomer.apiKey(Canaries.plant("api_key")));
        assertThat(acme.customer()
                        .admin()
                        .post("/v1/secrets", start + "}")
                        .expect(400)
                        .at("/errors/0/pointer"))
                .isEqualTo("/hosts");
        for (String wrong : List.of(
                "later.example",
                "ftp://later.example",
                "https://later.example/",
                "https://later.example/path",
                "https://a@later.example",
                "https://later.example?x",
                "https://later.example#x",
                "https://later.example:0",
                "https://later.example:65536",
                "https://*.example",
                "https://later.example\\n",
                "")) {
            assertThat(acme.customer()
                            .admin()
                            .post("/v1/secrets", start + ",\"hosts\":[\"https://ok.example\",\"%s\"]}".formatted(wrong))
                            .expect(400)
                            .at("/errors/0/pointer"))
                    .as(wrong)
                    .isEqualTo("/hosts/1");
        }
        acme.customer().admin().post("/v1/secrets", start + ",\"hosts\":[]}").expect(400);
        Answer created = acme.customer()
                .admin()
                .post(
                        "/v1/secrets",
                        start + ",\"hosts\":[\"HTTPS://Later.example:443\",\"%s\"]}".formatted(target.url()))
                .expect(201);
        assertThat(created.json().at("/versions/0/hosts").toString())
                .isEqualTo("[\"%s\",\"https://later.example\"]".formatted(target.url()));
        acme.grantAll("later");
        acme.connector("later", target.url(), BEARER);
        assertThat(acme.done("ticket.update", "later", "zd_1").at("/state")).isEqualTo("succeeded");
    }

    private static void move(LendingCustomer acme, String system, String url) {
        String path = "/v1/connectors/" + system;
        Answer described = acme.customer().admin().get(path).expect(200);
        var document = (ObjectNode) described.json().at("/document");
        acme.customer()
                .admin()
                .put(path, document.put("base_url", url).toString(), "If-Match", described.header("ETag"))
                .expect(200);
    }

    private LendingCustomer customer() {
        return LendingCustomer.of(given, ids.get().toString().replace("-", ""));
    }

    /** Only an operator may name a token endpoint that is so near. */
    private static void tokenSecret(LendingCustomer acme, String system, String value) {
        acme.operator()
                .post("/v1/secrets?tenant=" + acme.tenant(), """
                    {"secret_id":"%1$s_write","system":"%1$s","mode":"mutate","allow_private_token_endpoint":true,
                     "value":%2$s}\
                    """.formatted(system, value))
                .expect(201);
    }

    private static void rotate(LendingCustomer acme, String system, String endpoint) {
        String type = system.equals("oauth") ? "client_credentials" : "refresh_token";
        String refresh =
                system.equals("oauth") ? "" : ",\"refresh_token\":\"%s\"".formatted(Canaries.plant("refresh_token"));
        acme.customer()
                .admin()
                .post("/v1/secrets/" + system + "_write/versions", """
                    {"overlap":"PT0S","value":{"type":"%s","client_id":"firebreak","client_secret":"%s",
                     "token_endpoint":"%s"%s}}\
                    """.formatted(
                                type, Canaries.plant("client_credentials"), endpoint, refresh))
                .expect(201);
    }

    private static void told(HttpExchange exchange, int status) throws IOException {
        TargetServer.json(exchange, status, "{\"sent\":\"%s\"}".formatted(authorization(exchange)));
    }

    private static void plain(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String authorization(HttpExchange exchange) {
        return String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** Gives tokens, and a new refresh token with each; or refuses, and says what it was sent. */
    private static final class Tokens implements AutoCloseable {

        final List<String> given = new CopyOnWriteArrayList<>();
        volatile String refresh = Canaries.plant("refresh_token");
        volatile boolean refuses;

        private final HttpServer server;

        Tokens() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/token", exchange -> {
                try (exchange) {
                    String form = URLDecoder.decode(
                            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII),
                            StandardCharsets.UTF_8);
                    if (refuses) {
                        TargetServer.json(exchange, 400, """
                            {"error":"invalid_client","error_description":"%s %s"}\
                            """.formatted(form, authorization(exchange)));
                        return;
                    }
                    String token = Canaries.plant("access_token");
                    given.add(token);
                    String rotated = "";
                    if (form.contains("grant_type=refresh_token")) {
                        refresh = Canaries.plant("refresh_token");
                        rotated = ",\"refresh_token\":\"" + refresh + "\"";
                    }
                    TargetServer.json(exchange, 200, """
                        {"access_token":"%s","token_type":"Bearer","expires_in":3600%s}\
                        """.formatted(token, rotated));
                }
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
