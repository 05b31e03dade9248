package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import execution.gateway.Outcome.Failed;
import execution.gateway.Outcome.Succeeded;
import execution.gateway.Outcome.Unknown;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import secrets.Concealed;
import secrets.Credential;
import secrets.Credentials;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.Mode;
import secrets.Use;
import tenancy.ActionId;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

class CredentialedCallsTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final ActionId ACTION = new ActionId(ACME, "act_1");
    private static final String VALUE = "planted-" + "for-this-test";
    private static final String READ = "\"method\":\"GET\",\"path\":\"/r\",\"effect\":\"read\",\"argument_schema\":{}";
    private static final String WRITE =
            "\"method\":\"POST\",\"path\":\"/w\",\"effect\":\"write\",\"argument_schema\":{}";
    private static final String AGAIN = ",\"idempotent\":true,\"max_attempts\":3,\"backoff\":\"PT0.001S\"";
    private static final String LOCAL = "\"allow_private_addresses\":[\"127.0.0.1\"],\"credential\":";
    private static final String BEARER = "{\"as\":\"bearer\",\"scopes\":[\"tickets\"]}";

    private final Lent lent = new Lent();
    private final List<Redaction> redactions = new ArrayList<>();
    private TargetServer target;
    private TargetClient client;
    private HttpToolGateway gateway;

    @BeforeEach
    void open() throws Exception {
        target = new TargetServer();
        client = Gateways.client(Gateways.guard());
        var none = new StaticListableBeanFactory();
        gateway = new HttpToolGateway(
                client,
                new Breakers(Clock.systemUTC(), new SimpleMeterRegistry()),
                Gateways.retries(),
                lent,
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                Clock.systemUTC(),
                new TenantTag(),
                new SimpleMeterRegistry(),
                none.getBeanProvider(Tracer.class),
                none.getBeanProvider(Propagator.class));
    }

    @AfterEach
    void close() throws Exception {
        client.destroy();
        target.close();
    }

    @Test
    void the_credential_is_put_where_the_connector_says_and_the_use_is_over_then() {
        assertThat(call(WRITE, BEARER)).isInstanceOf(Succeeded.class);
        assertThat(target.seen.getLast().headers().get("Authorization")).containsExactly("Bearer " + VALUE);

        assertThat(call(READ, "{\"as\":\"header\",\"header\":\"X-Api-Key\"}")).isInstanceOf(Succeeded.class);
        assertThat(target.seen.getLast().headers().get("X-Api-Key")).containsExactly(VALUE);
        assertThat(target.seen.getLast().headers()).doesNotContainKey("Authorization");

        lent.credential = new Credential.UserAndPassword("maria", new Concealed(VALUE));
        assertThat(call(READ, "{\"as\":\"basic\"}")).isInstanceOf(Succeeded.class);
        assertThat(target.seen.getLast().headers().getFirst("Authorization"))
                .isEqualTo("Basic " + java.util.Base64.getEncoder().encodeToString(("maria:" + VALUE).getBytes()));

        assertThat(lent.log).containsExactlyElementsOf(repeat(3, "opened", "leaves", "answered", "closed"));
        assertThat(lent.purposes.getFirst().scopes()).containsExactly("tickets");
        assertThat(lent.purposes.getFirst().mode()).isEqualTo(Mode.MUTATE);
        assertThat(lent.purposes.getLast().mode()).isEqualTo(Mode.READ);
    }

    @Test
    void a_value_that_is_cut_between_events_goes_from_all_of_them() {
        target.answers((exchange, n) -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            int half = VALUE.length() / 2;
            String events = "data: You sent %s\n\ndata: %s, did you?\n\n"
                    .formatted(VALUE.substring(0, half), VALUE.substring(half));
            exchange.getResponseBody().write(events.getBytes(StandardCharsets.UTF_8));
        });

        Outcome outcome = call(READ + ",\"streams\":true", BEARER);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Succeeded.class,
                        done -> assertThat(done.result())
                                .isEqualTo("[{\"event\":\"message\",\"data\":\"You sent [redacted]\"},"
                                        + "{\"event\":\"message\",\"data\":\", did you?\"}]"));
    }

    @Test
    void a_tool_is_called_with_it_in_a_session_that_no_other_secret_shares() {
        var server = new McpServer("2025-11-25", false);
        target.answers((exchange, n) -> server.answer(exchange, target.seen.get(n - 1)));

        assertThat(tool(lent.lease)).isInstanceOf(Succeeded.class);
        assertThat(target.seen)
                .allSatisfy(seen ->
                        assertThat(seen.headers().getFirst("Authorization")).isEqualTo("Bearer " + VALUE));
        // That the session's requests were answered says nothing of the call's: it is a use of its own.
        List<String> session = new ArrayList<>(List.of("opened"));
        session.addAll(repeat(3, "leaves", "answered"));
        session.addAll(List.of("closed", "opened", "leaves", "answered", "closed"));
        assertThat(lent.log).isEqualTo(session);

        assertThat(tool(lent.lease)).isInstanceOf(Succeeded.class);
        assertThat(server.open).hasSize(1);
        assertThat(tool(new Lease(
                        ACTION, "lea_2", "zendesk_other", 1, "zendesk", "op", "127.0.0.1", Mode.MUTATE, Instant.MAX)))
                .isInstanceOf(Succeeded.class);
        assertThat(server.open).hasSize(2);
    }

    @Test
    void a_revocation_while_a_session_opens_calls_no_tool_for_sure() {
        var server = new McpServer("2025-11-25", false);
        target.answers((exchange, n) -> {
            lent.revoke();
            server.answer(exchange, target.seen.get(n - 1));
        });

        Failed no = failed(tool(lent.lease));

        assertThat(no.code()).isEqualTo("credential_revoked");
        assertThat(no.attempts()).isZero();
        assertThat(McpServer.methods(target)).containsExactly("initialize");
    }

    private Outcome tool(Lease lease) {
        String document =
                """
            {"protocol":"mcp","mcp_revision":"2025-11-25","base_url":"%s/mcp",%s%s,"operations":{"op":{
              "effect":"write","upstream":{"tool":"ping","digest":"%s"},"argument_schema":{}}}}\
            """.formatted(target.url(), LOCAL, BEARER, McpTool.digestOf(CanonicalJson.read(McpServer.PING, "")));
        return gateway.call(
                Documents.operation(document, "op"),
                new ToolGateway.Call(
                        ACTION,
                        TenantContext.of(ACME, "key:k_1", null),
                        new Target("zendesk", Map.of()),
                        "{}",
                        "key-1",
                        lease,
                        redactions::add));
    }

    @Test
    void an_operation_that_says_none_is_called_without() {
        assertThat(call(READ + ",\"credential\":\"none\"", BEARER)).isInstanceOf(Succeeded.class);
        assertThat(target.seen.getLast().headers()).doesNotContainKey("Authorization");
        assertThat(lent.log).isEmpty();
    }

    @Test
    void nothing_leaves_without_a_lease_or_with_one_that_is_refused_or_cannot_be_sent() {
        assertThat(failed(call(WRITE, BEARER, null)).code()).isEqualTo("credential_missing");

        lent.refusal = new LeaseRefused("lease_expired", "It is over.");
        assertThat(failed(call(WRITE + AGAIN, BEARER)).code()).isEqualTo("lease_expired");
        lent.refusal = new LeaseRefused("lease_revoked", "It was revoked.");
        assertThat(failed(call(WRITE + AGAIN, BEARER)).code()).isEqualTo("credential_revoked");

        lent.refusal = null;
        lent.credential = new Credential.Token(new Concealed("a\r\nX-Evil: 1"));
        assertThat(failed(call(WRITE, BEARER)).code()).isEqualTo("credential_unusable");
        lent.credential = new Credential.UserAndPassword("maria", new Concealed(VALUE));
        assertThat(failed(call(WRITE, BEARER)).code()).isEqualTo("credential_unusable");
        lent.credential = new Credential.ClientCertificate("no", new Concealed(VALUE));
        assertThat(failed(call(WRITE, BEARER)).code()).isEqualTo("credential_unusable");

        assertThat(target.seen).isEmpty();
        assertThat(lent.log.stream().filter("closed"::equals)).hasSize(3);
    }

    @Test
    void a_revocation_before_the_first_byte_lets_nothing_arrive() {
        lent.beforeLeaving = lent::revoke;

        Failed no = failed(call(WRITE + AGAIN, BEARER));

        assertThat(no.code()).isEqualTo("credential_revoked");
        assertThat(no.attempts()).isZero();
        assertThat(target.seen).isEmpty();
        assertThat(lent.purposes).hasSize(1);
    }

    @Test
    void a_revocation_between_the_last_question_and_the_first_byte_is_in_doubt() {
        lent.afterLeaving = lent::revoke;

        assertThat(call(WRITE + AGAIN, BEARER))
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.code()).isEqualTo("credential_revoked"));
        assertThat(lent.purposes).hasSize(1);
    }

    @Test
    void a_revocation_on_the_way_ends_the_request_at_once() throws Exception {
        var arrivals = new LinkedBlockingQueue<Integer>();
        var release = new CountDownLatch(1);
        target.answers((exchange, n) -> {
            arrivals.add(n);
            release.await();
        });
        for (String effect : List.of(WRITE, READ)) {
            lent.reset();
            String operation = effect.equals(READ) ? READ + ",\"max_attempts\":3" : WRITE + AGAIN;
            var outcome = new CompletableFuture<Outcome>();
            Thread.ofVirtual().start(() -> {
                try {
                    outcome.complete(call(operation, BEARER));
                } catch (RuntimeException | Error failed) {
                    outcome.completeExceptionally(failed);
                }
            });
            assertThat(arrivals.poll(20, TimeUnit.SECONDS))
                    .as("%s", outcome.isDone() ? outcome : "did not arrive")
                    .isNotNull();
            lent.revoke();

            // Long before the connector's own second is over, and not once more.
            if (effect.equals(WRITE)) {
                assertThat(outcome.get())
                        .isInstanceOfSatisfying(
                                Unknown.class,
                                unknown -> assertThat(unknown.code()).isEqualTo("credential_revoked"));
            } else {
                assertThat(failed(outcome.get()).code()).isEqualTo("credential_revoked");
            }
            assertThat(lent.purposes).hasSize(1);
        }
        release.countDown();
    }

    @Test
    void a_whole_answer_is_sure_even_if_the_revocation_comes_then() {
        lent.afterAnswer = lent::revoke;

        assertThat(call(WRITE, BEARER)).isInstanceOf(Succeeded.class);

        target.answers((exchange, n) -> TargetServer.json(exchange, 500, "{}"));
        lent.reset();
        lent.afterAnswer = lent::revoke;
        assertThat(call(WRITE + AGAIN, BEARER)).isInstanceOf(Unknown.class);
        assertThat(target.seen).as("tried again under a fenced lease").hasSize(2);
    }

    @Test
    void each_attempt_asks_anew() {
        target.answers((exchange, n) -> TargetServer.json(exchange, n < 3 ? 500 : 200, "{}"));

        assertThat(call(WRITE + AGAIN, BEARER)).isInstanceOf(Succeeded.class);

        assertThat(lent.log).containsExactlyElementsOf(repeat(3, "opened", "leaves", "answered", "closed"));
    }

    @Test
    void a_redirect_takes_the_credential_to_the_same_place_only() throws Exception {
        try (var other = new TargetServer()) {
            target.answers((exchange, n) -> TargetServer.redirect(exchange, 302, other.url() + "/r"));
            assertThat(failed(call(READ, BEARER)).code()).isEqualTo("redirect_refused");
            assertThat(other.seen).isEmpty();
        }
        target.seen.clear();
        target.answers((exchange, n) -> {
            if (n == 1) {
                TargetServer.redirect(exchange, 302, "/elsewhere");
            } else {
                TargetServer.json(exchange, 200, "{}");
            }
        });
        assertThat(call(READ, BEARER)).isInstanceOf(Succeeded.class);
        assertThat(target.seen).extracting(TargetServer.Seen::uri).containsExactly("/r", "/elsewhere");
        assertThat(target.seen.getLast().headers().get("Authorization")).containsExactly("Bearer " + VALUE);
    }

    @Test
    void what_comes_back_is_cleared_of_it() {
        target.answers((exchange, n) -> TargetServer.json(exchange, 200, "{\"you_sent\":\"Bearer " + VALUE + "\"}"));

        assertThat(call(READ, BEARER))
                .isInstanceOfSatisfying(
                        Succeeded.class,
                        done -> assertThat(done.result()).isEqualTo("{\"you_sent\":\"Bearer [redacted]\"}"));
        assertThat(redactions).containsExactly(new Redaction("leased_value", "/result/you_sent", 1));
    }

    @Test
    void a_credential_is_only_described_where_it_can_be_sent_safely() {
        for (String unsafe : List.of(
                "{\"as\":\"header\"}",
                "{\"as\":\"header\",\"header\":\"Host\"}",
                "{\"as\":\"header\",\"header\":\"Content-Length\"}",
                "{\"as\":\"bearer\",\"header\":\"X-Key\"}",
                "{\"as\":\"query\"}",
                "{\"scopes\":[\"a\"]}",
                "{\"as\":\"client_certificate\"}")) {
            assertThatThrownBy(() -> operation(READ, unsafe)).as(unsafe).isInstanceOf(InvalidConnector.class);
        }
        assertThatThrownBy(() -> operation(
                        WRITE + ",\"idempotency_header\":\"X-Key\"", "{\"as\":\"header\",\"header\":\"x-key\"}"))
                .isInstanceOf(InvalidConnector.class);
        assertThatThrownBy(() -> Documents.operation(
                        Documents.of("http://tickets.example", "\"credential\":" + BEARER, READ), "op"))
                .isInstanceOf(InvalidConnector.class);
    }

    @Test
    void no_setting_makes_the_client_write_out_headers() {
        var logging = LoggingSystem.get(getClass().getClassLoader());
        logging.setLogLevel("org.apache.hc", LogLevel.TRACE);
        logging.setLogLevel(QuietClient.HEADERS, LogLevel.TRACE);
        logging.setLogLevel(QuietClient.WIRE, LogLevel.TRACE);
        try {
            new QuietClient(logging);

            assertThat(LoggerFactory.getLogger(QuietClient.HEADERS).isErrorEnabled())
                    .isFalse();
            assertThat(LoggerFactory.getLogger(QuietClient.WIRE).isErrorEnabled())
                    .isFalse();
        } finally {
            logging.setLogLevel("org.apache.hc", null);
        }
    }

    private HttpOperation operation(String operation, String credential) {
        return Documents.operation(Documents.of(target.url(), LOCAL + credential, operation), "op");
    }

    private Outcome call(String operation, String credential) {
        return call(operation, credential, lent.lease);
    }

    private Outcome call(String operation, String credential, @Nullable Lease lease) {
        return gateway.call(
                operation(operation, credential),
                new ToolGateway.Call(
                        ACTION,
                        TenantContext.of(ACME, "key:k_1", null),
                        new Target("zendesk", Map.of()),
                        "{}",
                        "key-1",
                        lease,
                        redactions::add));
    }

    private static Failed failed(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Failed.class);
        return (Failed) outcome;
    }

    private static List<String> repeat(int times, String... words) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.addAll(List.of(words));
        }
        return all;
    }

    /** Credentials as a test wants them: one lease, one use at a time. */
    private static final class Lent implements Credentials {

        final Lease lease =
                new Lease(ACTION, "lea_1", "zendesk_main", 3, "zendesk", "op", "127.0.0.1", Mode.MUTATE, Instant.MAX);
        final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
        final List<Purpose> purposes = java.util.Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger fence = new AtomicInteger();
        volatile Credential credential = new Credential.Token(new Concealed(VALUE));
        volatile @Nullable LeaseRefused refusal;
        volatile Runnable beforeLeaving = () -> {};
        volatile Runnable afterLeaving = () -> {};
        volatile Runnable afterAnswer = () -> {};
        volatile Runnable cancel = () -> {};

        void revoke() {
            fence.incrementAndGet();
            cancel.run();
        }

        void reset() {
            log.clear();
            purposes.clear();
            fence.set(0);
            afterAnswer = () -> {};
        }

        @Override
        public Use use(Lease used, Purpose purpose, Runnable ends) {
            purposes.add(purpose);
            if (refusal != null) {
                throw refusal;
            }
            log.add("opened");
            cancel = ends;
            return new Use() {
                @Override
                public Credential credential() {
                    return credential;
                }

                @Override
                public List<Concealed> secrets() {
                    return List.of(new Concealed(VALUE));
                }

                @Override
                public boolean revoked() {
                    return fence.get() > 0;
                }

                @Override
                public boolean leaves() {
                    beforeLeaving.run();
                    log.add("leaves");
                    boolean may = fence.get() == 0;
                    afterLeaving.run();
                    return may;
                }

                @Override
                public void answered() {
                    log.add("answered");
                    afterAnswer.run();
                }

                @Override
                public void close() {
                    log.add("closed");
                }
            };
        }
    }
}
