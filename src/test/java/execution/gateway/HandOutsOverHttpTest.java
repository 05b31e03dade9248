package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/**
 * Tokens that an orchestrator is given instead of a call: decided like any action, made under a lease, collected once.
 * What the token server gives is a canary: it may be seen in the answer to the one who collects it, and nowhere else.
 */
@PlatformTest
@TestPropertySource(properties = "firebreak.workload-tokens.issuer=https://firebreak.example")
class HandOutsOverHttpTest {

    private static final String AUDIENCE = "https://desk.example";

    private final Given given;
    private final Supplier<UUID> ids;
    private final TokenServer tokens;
    private LendingCustomer acme;

    @Autowired
    HandOutsOverHttpTest(Given given, Supplier<UUID> ids) throws IOException {
        this.given = given;
        this.ids = ids;
        this.tokens = new TokenServer();
    }

    @BeforeEach
    void describe() {
        acme = LendingCustomer.of(given, ids.get().toString().replace("-", ""));
        desk("PT5M");
    }

    @AfterEach
    void close() {
        tokens.close();
    }

    @Test
    void a_workload_token_is_decided_leased_made_and_collected_once() throws Exception {
        secret("desk_word", "{\"type\":\"workload_token\"}");

        Answer done = acme.done("ticket.word", "desk", "zd_1");

        assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
        String lease = done.at("/outcome/result/lease_id");
        assertThat(done.at("/outcome/result/collect")).isEqualTo("/v1/leases/" + lease + ":collect");
        assertThat(done.at("/outcome/result/scope")).isEqualTo("tickets.read tickets.write");
        assertThat(done.at("/outcome/levels/transport")).isEqualTo("not_sent");
        assertThat(exposed().at("/items/0/handed_out/state").asString()).isEqualTo("uncollected");

        Answer collected = acme.customer().agent().collect(lease).expect(200);

        assertThat(collected.header("Cache-Control")).isEqualTo("no-store");
        assertThat(collected.at("/token_type")).isEqualTo("Bearer");
        String token = collected.at("/access_token");
        JWTClaimsSet claims = verified(token);
        assertThat(claims.getIssuer()).isEqualTo("https://firebreak.example");
        assertThat(claims.getAudience()).containsExactly(AUDIENCE);
        assertThat(claims.getStringClaim("tenant")).isEqualTo(acme.tenant());
        assertThat(claims.getStringClaim("action")).isEqualTo(done.at("/action_id"));
        assertThat(claims.getStringClaim("scope")).isEqualTo("tickets.read tickets.write");
        assertThat(claims.getSubject()).isEqualTo(acme.tenant() + "/agent/" + Given.AGENT);
        assertThat(claims.getExpirationTime().getTime() - claims.getIssueTime().getTime())
                .isBetween(1L, 300_000L);

        Answer again = acme.customer().agent().collect(lease).expect(409);
        assertThat(again.at("/code")).isEqualTo("credential_collected");
        JsonNode out = acme.journal("credential_handed_out").getFirst().at("/payload");
        assertThat(out.at("/lease").asString()).isEqualTo(lease);
        assertThat(out.at("/action").asString()).isEqualTo(done.at("/action_id"));
        assertThat(out.at("/operation").asString()).isEqualTo("ticket.word");
        assertThat(out.at("/audience").asString()).isEqualTo(AUDIENCE);
        assertThat(out.at("/expires_at").asString()).isEqualTo(collected.at("/expires_at"));
        assertThat(acme.journal("credential_minted")).hasSize(1);
        assertThat(acme.journal().toString()).doesNotContain(token);
        assertThat(acme.action(done.at("/action_id")).body()).doesNotContain(token);
        JsonNode exposed = exposed().at("/items/0/handed_out");
        assertThat(exposed.at("/state").asString()).isEqualTo("handed_out");
        assertThat(exposed.at("/kind").asString()).isEqualTo("workload_token");
        assertThat(exposed.at("/collected_at").isNull()).isFalse();
    }

    @Test
    void client_credentials_are_asked_for_no_more_than_the_operation_says() {
        oauth();

        String lease = made("ticket.token");
        Answer collected = acme.customer().agent().collect(lease).expect(200);

        assertThat(collected.at("/access_token")).isEqualTo(tokens.given.getFirst());
        assertThat(collected.at("/scope")).isEqualTo("tickets.write");
        assertThat(tokens.asked.getFirst())
                .containsEntry("grant_type", "client_credentials")
                .containsEntry("scope", "tickets.write")
                .containsEntry("resource", AUDIENCE);
        assertThat(made("ticket.token")).as("each is made anew").isNotEqualTo(lease);
        assertThat(tokens.given).hasSize(2);
    }

    @Test
    void a_key_a_minted_token_and_the_platforms_own_word_are_exchanged() throws Exception {
        String key = Canaries.plant("api_key");
        secret("desk_key", LendingCustomer.apiKey(key));
        String lease = made("ticket.exchange");
        assertThat(acme.customer().agent().collect(lease).expect(200).at("/access_token"))
                .isEqualTo(tokens.given.getFirst());
        assertThat(tokens.asked.getFirst())
                .containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .containsEntry("subject_token", key)
                .containsEntry("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
                .containsEntry("scope", "tickets.write")
                .containsEntry("audience", "desk");

        acme.customer().admin().delete("/v1/secrets/desk_key").expect(204);
        oauth();
        assertThat(acme.customer()
                        .agent()
                        .collect(made("ticket.exchange"))
                        .expect(200)
                        .at("/access_token"))
                .isEqualTo(tokens.given.getLast());
        assertThat(tokens.asked.getLast()).containsEntry("subject_token", tokens.given.get(1));

        acme.customer().admin().delete("/v1/secrets/desk_oauth").expect(204);
        secret("desk_word", "{\"type\":\"workload_token\"}");
        assertThat(acme.customer()
                        .agent()
                        .collect(made("ticket.exchange"))
                        .expect(200)
                        .at("/access_token"))
                .isEqualTo(tokens.given.getLast());
        assertThat(tokens.asked.getLast()).containsEntry("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
        assertThat(verified(tokens.asked.getLast().getOrDefault("subject_token", ""))
                        .getAudience())
                .containsExactly(tokens.url());
    }

    @Test
    void what_is_wider_or_longer_than_asked_for_is_refused_and_never_collected() {
        oauth();
        String usual = "{\"access_token\":\"~\",\"token_type\":\"Bearer\"";
        Map<String, String> answers = new HashMap<>();
        answers.put(usual + ",\"expires_in\":60,\"scope\":\"tickets.write tickets.delete\"}", "token_too_wide");
        answers.put(usual + ",\"expires_in\":60,\"scope\":\"*\"}", "token_too_wide");
        answers.put(usual + "}", "token_too_wide");
        answers.put(usual + ",\"expires_in\":0}", "token_too_wide");
        answers.put(usual + ",\"expires_in\":301}", "token_too_wide");
        answers.put(usual + ",\"expires_in\":86400}", "token_too_wide");
        answers.put("{\"access_token\":\"~\",\"expires_in\":60,\"token_type\":\"mac\"}", "secret_unavailable");
        answers.put("{\"expires_in\":60,\"token_type\":\"Bearer\"}", "secret_unavailable");
        answers.put("[]", "secret_unavailable");

        answers.forEach((answer, code) -> {
            tokens.answers = form -> answer.replace("~", Canaries.plant("access_token"));
            Answer done = acme.done("ticket.token", "desk", "zd_" + tokens.asked.size());
            assertThat(done.at("/state")).as(answer).isEqualTo("failed");
            assertThat(done.at("/outcome/code")).as(answer + done.body()).isEqualTo(code);
            acme.customer()
                    .agent()
                    .collect(acme.action(done.at("/action_id")).at("/attempts/0/lease"))
                    .expect(404);
        });
        assertThat(acme.journal("credential_minted")).isEmpty();
    }

    @Test
    void an_endpoint_that_answers_with_what_it_was_sent_hands_out_no_raw_secret() {
        String key = Canaries.plant("api_key");
        secret("desk_key", LendingCustomer.apiKey(key));
        for (String echoed : List.of("~", "x~", "~.y")) {
            tokens.answers = form -> "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":60}"
                    .formatted(echoed.replace("~", form.get("subject_token")));
            assertThat(acme.done("ticket.exchange", "desk", "zd_" + echoed.length())
                            .at("/outcome/code"))
                    .isEqualTo("token_too_wide");
        }
        // A key that is sealed here is no token, whatever the connector asks for.
        assertThat(acme.done("ticket.token", "desk", "zd_raw").at("/outcome/code"))
                .isEqualTo("credential_unusable");
        assertThat(acme.done("ticket.word", "desk", "zd_raw").at("/outcome/code"))
                .isEqualTo("credential_unusable");
        assertThat(acme.journal("credential_minted")).isEmpty();
    }

    /** Who may only be asked a question by a policy's check gets no token by it. */
    @Test
    void a_check_hands_out_nothing() {
        secret("desk_word", "{\"type\":\"workload_token\"}");
        acme.customer()
                .admin()
                .put("/v1/policies/" + Given.PROFILE, """
                    {"document":{"rules":[
                       {"id":"asked","effect":"require_check","operations":["ticket.update"],
                        "check":{"system":"desk","operation":"ticket.look","passes":"true"}},
                       {"id":"all","effect":"allow","operations":["ticket.update"]}],
                     "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
                    """, "If-Match", "\"1\"")
                .expect(200);

        Answer done = acme.customer()
                .agent()
                .post("/v1/actions?wait=PT20S", acme.envelope("ticket.update", "desk", "zd_1"))
                .expect(403);

        assertThat(done.at("/state")).as(done.body()).isEqualTo("denied");
        assertThat(acme.journal("check_failed").getFirst().at("/payload/code").asString())
                .isEqualTo("check_has_effect");
        assertThat(acme.journal("credential_minted")).isEmpty();
        assertThat(acme.journal("lease_issued")).isEmpty();
    }

    @Test
    void people_see_what_they_hand_out_and_whoever_asked_collects_it() {
        oauth();
        acme.customer()
                .admin()
                .put("/v1/policies/" + Given.PROFILE, """
                    {"document":{"rules":[
                       {"id":"asked","effect":"require_approval","operations":["ticket.token"],
                        "approval":{"roles":["approver"]}},
                       {"id":"all","effect":"allow","operations":["*"]}],
                     "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
                    """, "If-Match", "\"1\"")
                .expect(200);
        String action = acme.ask("ticket.token", "desk", "zd_1").expect(202).at("/action_id");
        TestClient approver = given.person(acme.customer().admin(), "approver");

        JsonNode shown =
                approver.get("/v1/approvals/" + action).expect(200).json().at("/hands_out");
        assertThat(shown.at("/kind").asString()).isEqualTo("client_credentials");
        assertThat(shown.at("/audience").asString()).isEqualTo(AUDIENCE);
        assertThat(shown.at("/scopes/0").asString()).isEqualTo("tickets.write");
        assertThat(shown.at("/lifetime").asString()).isEqualTo("PT5M");
        approver.post("/v1/approvals/" + action + ":grant", "{\"comment\":\"For one update.\"}")
                .expect(200);
        String lease = lease(action);

        approver.collect(lease).expect(403);
        acme.customer().agent().collect(lease).expect(200);
    }

    private String lease(String action) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!acme.action(action).at("/state").equals("succeeded")) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
        }
        return acme.action(action).at("/outcome/result/lease_id");
    }

    /** A tenant's admin may change the connector, and never learns by that what somebody else sealed. */
    @Test
    void nothing_is_exchanged_where_the_connector_was_moved_to() throws IOException {
        secret("desk_key", LendingCustomer.apiKey(Canaries.plant("api_key")));
        try (var elsewhere = new TokenServer()) {
            desk("PT5M", elsewhere.url());

            Answer refused = acme.done("ticket.exchange", "desk", "zd_1");

            assertThat(refused.at("/outcome/code")).as(refused.body()).isEqualTo("destination_not_bound");
            assertThat(elsewhere.asked).isEmpty();
        }
    }

    @Test
    void grants_modes_and_revocations_decide_as_they_do_for_calls() {
        acme.customer().admin().post("/v1/secrets", """
                    {"secret_id":"desk_word","system":"desk","mode":"mutate","value":{"type":"workload_token"}}\
                    """).expect(201);
        assertThat(acme.done("ticket.word", "desk", "zd_1").at("/outcome/code")).isEqualTo("no_grant");
        acme.grantAll("desk_word");
        // A call is never sent with a secret that has nothing to send.
        assertThat(acme.done("ticket.update", "desk", "zd_1").at("/outcome/code"))
                .isEqualTo("no_secret");
        acme.customer()
                .admin()
                .put("/v1/agent-classes/support_triage", "{\"mode\":\"read\"}")
                .expect(200);
        assertThat(acme.done("ticket.word", "desk", "zd_2").at("/outcome/code")).isEqualTo("read_only_class");
        acme.customer()
                .admin()
                .put("/v1/agent-classes/support_triage", "{\"mode\":\"mutate\"}")
                .expect(200);
        revoke("agent", Given.AGENT);
        assertThat(acme.done("ticket.word", "desk", "zd_3").at("/outcome/code")).isEqualTo("agent_revoked");
    }

    @Test
    void of_many_who_collect_at_once_one_gets_it() throws Exception {
        oauth();
        for (int round = 0; round < 10; round++) {
            String lease = made("ticket.token");
            var go = new CountDownLatch(1);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Answer>> answers = new ArrayList<>();
                for (int n = 0; n < 16; n++) {
                    answers.add(threads.submit(() -> {
                        go.await();
                        return acme.customer().agent().collect(lease);
                    }));
                }
                go.countDown();
                int got = 0;
                for (Future<Answer> answer : answers) {
                    if (answer.get().status() == 200) {
                        got++;
                    } else {
                        assertThat(answer.get().expect(409).at("/code")).isEqualTo("credential_collected");
                    }
                }
                assertThat(got).isOne();
            }
        }
        assertThat(acme.journal("credential_handed_out")).hasSize(10);
    }

    /** All who are not the one, in all ways to ask; then the one. */
    @Test
    void none_of_a_thousand_others_gets_it_and_all_are_journaled() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        oauth();
        String lease = made("ticket.token");
        String called =
                acme.journal("lease_issued").getLast().at("/payload/lease").asString();
        assertThat(called).isEqualTo(lease);
        LendingCustomer other = LendingCustomer.of(given, ids.get().toString().replace("-", ""));
        given.agent(acme.customer().admin(), "another_agent", acme.quotaClass());
        TestClient anothers = given.agentKey(acme.customer().admin(), "another_agent");
        long before = acme.journal("request_refused").size();
        int here = 0;
        int elsewhere = 0;
        for (int attempt = 0; attempt < 1_000; attempt++) {
            String tried = "seed %d, attempt %d".formatted(seed, attempt);
            switch (random.nextInt(8)) {
                case 0 -> here += refused(tried, acme.customer().admin(), lease, 404);
                case 1 -> here += refused(tried, acme.customer().auditor(), lease, 403);
                case 2 -> here += refused(tried, acme.customer().analyst(), lease, 403);
                case 3 -> elsewhere += refused(tried, other.customer().agent(), lease, 404);
                case 4 -> elsewhere += refused(tried, other.customer().admin(), lease, 404);
                case 5 -> here += refused(tried, acme.customer().agent(), changed(lease, random), 404);
                case 6 -> refused(tried, given.anybody(), lease, 401);
                default -> here += refused(tried, anothers, lease, 404);
            }
        }
        assertThat(acme.journal("request_refused").size() - before)
                .as("seed %d", seed)
                .isEqualTo(here);
        assertThat(other.journal("request_refused")).as("seed %d", seed).hasSize(elsewhere);
        assertThat(acme.journal("credential_handed_out")).isEmpty();
        acme.customer().agent().collect(lease).expect(200);
    }

    @Test
    void whoever_sent_the_action_with_a_key_of_its_own_collects_with_that_key() {
        oauth();
        String lease = acme.customer()
                .admin()
                .post("/v1/actions?wait=PT20S", acme.envelope("ticket.token", "desk", "zd_1"))
                .expect(200)
                .at("/outcome/result/lease_id");

        given.person(acme.customer().admin(), "tenant_admin").collect(lease).expect(404);
        acme.customer().admin().collect(lease).expect(200);
    }

    @Test
    void a_revocation_voids_what_nobody_collected_and_tells_what_somebody_has() {
        oauth();
        String has = made("ticket.token");
        acme.customer().agent().collect(has).expect(200);
        String waits = made("ticket.token");

        Answer revoked = revoke("secret", "desk_oauth");

        assertThat(revoked.json().at("/tokens")).hasSize(2);
        assertThat(revoked.at("/tokens/0/lease_id")).isEqualTo(has);
        assertThat(revoked.at("/tokens/0/fate")).isEqualTo("handed_out");
        assertThat(revoked.at("/tokens/0/audience")).isEqualTo(AUDIENCE);
        assertThat(revoked.at("/tokens/0/expires_at")).isNotEmpty();
        assertThat(revoked.at("/tokens/1/lease_id")).isEqualTo(waits);
        assertThat(revoked.at("/tokens/1/fate")).isEqualTo("voided");
        assertThat(acme.customer().agent().collect(waits).expect(403).at("/code"))
                .isEqualTo("lease_revoked");
        assertThat(acme.journal("revocation_confirmed").getFirst().at("/payload/tokens"))
                .hasSize(2);
        assertThat(exposed().at("/items/0/handed_out/state").asString()).isEqualTo("handed_out");
        assertThat(exposed().at("/items/1/handed_out/state").asString()).isEqualTo("voided");
        assertThat(revoke("connector", "desk").json().at("/tokens"))
                .as("what was voided is told of once")
                .hasSize(1);
    }

    @Test
    void an_agent_that_was_retired_meanwhile_gets_nothing() {
        oauth();
        String lease = made("ticket.token");
        acme.customer()
                .admin()
                .patch("/v1/agents/" + Given.AGENT, "{\"active\":false}")
                .expect(200);

        assertThat(acme.customer().agent().collect(lease).expect(403).at("/code"))
                .isEqualTo("agent_retired");
        assertThat(acme.journal("credential_handed_out")).isEmpty();
    }

    @Test
    void what_is_collected_too_late_is_gone() throws Exception {
        desk("PT1S");
        secret("desk_word", "{\"type\":\"workload_token\"}");
        tokens.lifetime = 1;
        String lease = made("ticket.exchange");
        until(() -> exposed().at("/items/0/handed_out/state").asString().equals("expired"));

        assertThat(acme.customer().agent().collect(lease).expect(403).at("/code"))
                .isEqualTo("lease_expired");
        assertThat(acme.journal("credential_handed_out")).isEmpty();
    }

    private Answer revoke(String scope, String key) {
        return acme.customer()
                .admin()
                .post("/v1/secrets:revoke", """
                    {"scope":"%s","key":"%s","reason":"test"}\
                    """.formatted(scope, key))
                .expect(200);
    }

    private static int refused(String tried, TestClient who, String lease, int status) {
        assertThat(who.collect(lease).status()).as(tried).isEqualTo(status);
        return 1;
    }

    private static String changed(String lease, Random random) {
        int at = 3 + random.nextInt(lease.length() - 3);
        char other = lease.charAt(at) == 'f' ? 'e' : 'f';
        return lease.substring(0, at) + other + lease.substring(at + 1);
    }

    private JsonNode exposed() {
        return acme.customer()
                .auditor()
                .get("/v1/exposure?agent=" + Given.AGENT)
                .expect(200)
                .json();
    }

    /** The lease under which the action made a token. */
    private String made(String operation) {
        Answer done = acme.done(operation, "desk", "zd_" + ids.get());
        assertThat(done.at("/state")).as(done.body()).isEqualTo("succeeded");
        return done.at("/outcome/result/lease_id");
    }

    private void secret(String secret, String value) {
        Answer created = acme.secret(secret, "desk", "mutate", value);
        assertThat(created.status()).isEqualTo(201);
        acme.grantAll(secret);
    }

    private void oauth() {
        acme.operator()
                .post("/v1/secrets?tenant=" + acme.tenant(), """
                    {"secret_id":"desk_oauth","system":"desk","mode":"mutate","allow_private_token_endpoint":true,
                     "value":{"type":"client_credentials","client_id":"firebreak","client_secret":"%s",
                              "token_endpoint":"%s"}}\
                    """.formatted(
                                Canaries.plant("client_credentials"), tokens.url()))
                .expect(201);
        acme.grantAll("desk_oauth");
    }

    private void desk(String lifetime) {
        desk(lifetime, tokens.url());
    }

    private void desk(String lifetime, String endpoint) {
        String operation = """
            "effect":"write","target_schema":{"type":"object","properties":{"record_id":{"type":"string"}}},
            "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}\
            """;
        Answer before = acme.operator().get("/v1/connectors/desk?tenant=" + acme.tenant());
        String document = """
                    {"base_url":"https://desk.example/api","allow_private_addresses":["127.0.0.1"],
                     "credential":{"as":"bearer"},
                     "operations":{
                       "ticket.update":{"method":"PUT","path":"/tickets/{record_id}",%1$s},
                       "ticket.look":{"hand_out":{"kind":"workload_token","audience":"%2$s","scopes":["look"]},
                         "effect":"read","argument_schema":{"type":"object"}},
                       "ticket.word":{"hand_out":{"kind":"workload_token","audience":"%2$s","lifetime":"%4$s",
                         "scopes":["tickets.write","tickets.read"]},%1$s},
                       "ticket.exchange":{"hand_out":{"kind":"token_exchange","audience":"desk","lifetime":"%4$s",
                         "scopes":["tickets.write"],"token_endpoint":"%3$s"},%1$s},
                       "ticket.token":{"hand_out":{"kind":"client_credentials","resource":"%2$s","lifetime":"%4$s",
                         "scopes":["tickets.write"]},%1$s}}}\
                    """.formatted(operation, AUDIENCE, endpoint, lifetime);
        String path = "/v1/connectors/desk?tenant=" + acme.tenant();
        Answer described = before.status() == 200
                ? acme.operator().put(path, document, "If-Match", before.header("ETag"))
                : acme.operator().put(path, document);
        assertThat(described.status()).as(described.body()).isIn(200, 201);
    }

    private JWTClaimsSet verified(String token) throws Exception {
        var jwt = SignedJWT.parse(token);
        JsonNode keys =
                given.anybody().get("/.well-known/jwks.json").expect(200).json();
        for (JsonNode key : keys.at("/keys")) {
            if (key.at("/kid").asString().equals(jwt.getHeader().getKeyID())) {
                assertThat(jwt.verify(new ECDSAVerifier(ECKey.parse(key.toString()))))
                        .isTrue();
                return jwt.getJWTClaimsSet();
            }
        }
        throw new AssertionError("Signed with a key that is not published");
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** Gives a new token for each question, or what a test wants it to answer. */
    private static final class TokenServer implements AutoCloseable {

        final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
        final List<String> given = new CopyOnWriteArrayList<>();
        volatile int lifetime = 60;
        volatile Function<Map<String, String>, String> answers = form -> {
            String token = Canaries.plant("access_token");
            given.add(token);
            return "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}".formatted(token, lifetime);
        };

        private final HttpServer server;

        TokenServer() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/token", exchange -> {
                try (exchange) {
                    Map<String, String> form = new HashMap<>();
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
                    Arrays.stream(body.split("&"))
                            .map(field -> field.split("=", 2))
                            .forEach(field -> form.put(field[0], URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
                    asked.add(form);
                    TargetServer.json(exchange, 200, answers.apply(form));
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
