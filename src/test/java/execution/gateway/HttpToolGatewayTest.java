package execution.gateway;

import static execution.gateway.TargetServer.json;
import static execution.gateway.TargetServer.redirect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import execution.gateway.Outcome.Failed;
import execution.gateway.Outcome.Succeeded;
import execution.gateway.Outcome.Unknown;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;

class HttpToolGatewayTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final TenantId GLOBEX = new TenantId("tenant_globex");
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String LOCAL = "\"allow_private_addresses\":[\"127.0.0.1\"]";
    private static final String READ = "\"method\":\"GET\",\"path\":\"/x\",\"effect\":\"read\",\"argument_schema\":{}";
    private static final String WRITE = "\"method\":\"POST\",\"path\":\"/x\",\"effect\":\"write\",\"argument_schema\":"
            + "{\"additionalProperties\":true}";
    private static final String METERED = WRITE + ",\"price_micros_per_token\":2,\"tokens_used\":\"/usage/total\"";
    private static final String IDEMPOTENT = WRITE
            + ",\"idempotent\":true,\"idempotency_header\":\"Idempotency-Key\",\"max_attempts\":3,\"backoff\":\"PT0.01S\"";

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    };

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private TargetServer target;
    private HttpToolGateway gateway;

    @BeforeEach
    void start() throws IOException {
        target = open(new TargetServer());
        gateway = gateway(Gateways.guard());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    @Test
    void what_a_call_used_is_taken_from_the_result() {
        target.answers((exchange, n) -> json(exchange, 200, "{\"usage\":{\"total\":21}}"));
        assertThat(call(METERED, "{}"))
                .isInstanceOfSatisfying(
                        Succeeded.class, done -> assertThat(done.actual()).isEqualTo(new Estimate(100, 21, 42, 0)));

        for (String useless : List.of("-1", "\"21\"", "1e30", "1.5", "100000001")) {
            target.answers((exchange, n) -> json(exchange, 200, "{\"usage\":{\"total\":" + useless + "}}"));
            assertThat(call(METERED, "{}"))
                    .isInstanceOfSatisfying(
                            Succeeded.class,
                            done -> assertThat(done.actual()).as(useless).isNull());
        }
    }

    @Test
    void a_call_is_sent_with_its_arguments_and_key() {
        target.answers((exchange, n) -> json(exchange, 200, "{\"id\":\"zd_1\"}"));

        Outcome outcome = call(IDEMPOTENT, "{\"status\":\"solved\"}");

        assertThat(outcome).isEqualTo(new Succeeded(200, "{\"id\":\"zd_1\"}", 1));
        TargetServer.Seen seen = target.seen.getFirst();
        assertThat(seen.method()).isEqualTo("POST");
        assertThat(seen.body()).isEqualTo("{\"status\":\"solved\"}");
        assertThat(seen.headers().getFirst("Idempotency-Key")).isEqualTo("key-1");
        assertThat(seen.headers().getFirst("Content-Type")).startsWith("application/json");
        assertThat(seen.headers()).doesNotContainKeys("Cookie", "Authorization", "Accept-encoding", "Upgrade");
        assertThat(meters.get("gateway.call")
                        .tag("tenant", "tenant_acme")
                        .tag("outcome", "succeeded")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Admin: 1", "a\nb", "key with space", "ключ", ""})
    void a_key_that_is_no_header_value_is_sent_as_its_digest(String key) {
        gateway.call(operation(IDEMPOTENT, LOCAL), call(ACME, "{}", key));

        assertThat(target.seen.getFirst().headers().getFirst("Idempotency-key")).matches("[0-9a-f]{64}");
        assertThat(target.seen.getFirst().headers()).doesNotContainKey("X-admin");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 422})
    void a_refusal_of_the_target_is_a_failure_and_not_repeated(int status) {
        target.answers((exchange, n) -> json(exchange, status, "{}"));

        Failed failed = failed(call(IDEMPOTENT, "{}"));

        assertThat(failed.code()).isEqualTo("target_refused");
        assertThat(failed.status()).isEqualTo(status);
        assertThat(failed.cause().owner()).isEqualTo(Cause.Owner.PROVIDER);
        assertThat(failed.cause().detail()).contains("zendesk", Integer.toString(status));
        assertThat(target.seen).hasSize(1);
    }

    @Test
    void an_idempotent_call_is_repeated_until_it_succeeds() {
        target.answers((exchange, n) -> json(exchange, n < 3 ? 503 : 200, "{}"));

        assertThat(call(IDEMPOTENT, "{}")).isEqualTo(new Succeeded(200, "{}", 3));
        assertThat(target.seen)
                .extracting(seen -> seen.headers().getFirst("Idempotency-Key"))
                .containsExactly("key-1", "key-1", "key-1");
    }

    @Test
    void an_idempotent_call_is_repeated_no_more_than_the_connector_says() {
        target.answers((exchange, n) -> json(exchange, 500, "{}"));

        Unknown unknown = unknown(call(IDEMPOTENT, "{}"));

        assertThat(unknown.code()).isEqualTo("target_failed");
        assertThat(unknown.attempts()).isEqualTo(3);
        assertThat(target.seen).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"500, target_failed", "502, target_failed", "503, target_unavailable", "504, target_failed"})
    void a_write_that_is_not_idempotent_and_ends_in_a_server_error_is_in_doubt_and_not_repeated(
            int status, String code) {
        target.answers((exchange, n) -> json(exchange, status, "{}"));

        Unknown unknown = unknown(call(WRITE, "{}"));

        assertThat(unknown.code()).isEqualTo(code);
        assertThat(unknown.cause().owner()).isEqualTo(Cause.Owner.PROVIDER);
        assertThat(target.seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 505, 307, 308})
    void a_write_that_was_not_carried_out_by_the_answers_own_words_has_failed(int status) {
        target.answers((exchange, n) -> json(exchange, status, ""));

        assertThat(failed(call(WRITE, "{}")).status()).isEqualTo(status);
    }

    @Test
    void a_target_that_says_when_to_come_back_has_done_nothing() {
        target.answers((exchange, n) -> {
            exchange.getResponseHeaders().set("Retry-After", "90");
            json(exchange, 503, "{}");
        });

        Failed failed = failed(call(WRITE, "{}"));

        assertThat(failed.code()).isEqualTo("target_unavailable");
        assertThat(failed.cause().resetsAt()).isEqualTo(NOON.plusSeconds(90));
    }

    @Test
    void no_later_answer_takes_a_doubt_back() {
        target.answers((exchange, n) -> json(exchange, n == 1 ? 500 : 409, "{}"));

        Unknown unknown = unknown(call(IDEMPOTENT, "{}"));

        assertThat(unknown.code()).isEqualTo("target_refused");
        assertThat(unknown.attempts()).isEqualTo(2);
    }

    @Test
    void a_read_is_never_in_doubt() {
        target.answers((exchange, n) -> json(exchange, 500, "{}"));

        assertThat(failed(call(READ, "{}")).code()).isEqualTo("target_failed");
    }

    @Test
    void a_write_without_an_answer_in_time_is_in_doubt() {
        target.answers((exchange, n) -> Thread.sleep(10_000));

        long start = System.nanoTime();
        Unknown unknown = unknown(call(WRITE, "{}"));

        assertThat(unknown.code()).isEqualTo("read_timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(target.seen).hasSize(1);
    }

    @Test
    void an_answer_that_drips_is_ended_as_a_whole() throws IOException {
        ServerSocket dripping = open(new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1")));
        Thread.ofVirtual().start(() -> {
            try (var socket = dripping.accept()) {
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < 200; i++) {
                    socket.getOutputStream().write('a');
                    Thread.sleep(100);
                }
            } catch (IOException | InterruptedException ended) {
                // the gateway hung up
            }
        });

        long start = System.nanoTime();
        Outcome outcome = gateway.call(
                Documents.operation(Documents.of("http://127.0.0.1:" + dripping.getLocalPort(), LOCAL, WRITE), "op"),
                call(ACME, "{}", "key-1"));

        assertThat(unknown(outcome).code()).isEqualTo("read_timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void a_write_whose_connection_is_lost_is_in_doubt() throws IOException {
        ServerSocket rude = open(new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1")));
        Thread.ofVirtual().start(() -> {
            try (var socket = rude.accept()) {
                socket.getInputStream().readNBytes(20);
                socket.setSoLinger(true, 0);
            } catch (IOException ended) {
                // what the test is about
            }
        });

        Outcome outcome = gateway.call(
                Documents.operation(Documents.of("http://127.0.0.1:" + rude.getLocalPort(), LOCAL, WRITE), "op"),
                call(ACME, "{}", "key-1"));

        assertThat(unknown(outcome).code()).isEqualTo("connection_lost");
    }

    @Test
    void a_call_that_never_left_has_failed_without_an_attempt() throws IOException {
        int free;
        try (ServerSocket closed = new ServerSocket(0)) {
            free = closed.getLocalPort();
        }

        Failed failed = failed(gateway.call(
                Documents.operation(Documents.of("http://127.0.0.1:" + free, LOCAL, WRITE), "op"),
                call(ACME, "{}", "key-1")));

        assertThat(failed.code()).isEqualTo("connect_failed");
        assertThat(failed.attempts()).isZero();
        assertThat(failed.cause().owner()).isEqualTo(Cause.Owner.PROVIDER);
    }

    @Test
    void a_target_that_cannot_prove_who_it_is_gets_nothing(@TempDir Path folder) throws Exception {
        HttpsServer impostor = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 5);
        impostor.setHttpsConfigurator(new HttpsConfigurator(selfSigned(folder.resolve("keys.p12"))));
        AtomicInteger served = new AtomicInteger();
        impostor.createContext("/", exchange -> {
            served.incrementAndGet();
            exchange.close();
        });
        impostor.start();
        open((AutoCloseable) () -> impostor.stop(0));
        String document =
                Documents.of("https://127.0.0.1:" + impostor.getAddress().getPort(), LOCAL, WRITE);

        Failed failed = failed(gateway.call(Documents.operation(document, "op"), call(ACME, "{}", "key-1")));

        assertThat(failed.code()).isEqualTo("tls_failed");
        assertThat(failed.attempts()).isZero();
        assertThat(served).hasValue(0);
    }

    private static SSLContext selfSigned(Path keys) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "for-tests",
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "for-tests".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "for-tests".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_answer_over_the_bound_is_not_read(boolean announced) {
        target.answers((exchange, n) -> {
            exchange.sendResponseHeaders(200, announced ? 1_000_000 : 0);
            exchange.getResponseBody().write(new byte[100_000]);
            Thread.sleep(announced ? 5_000 : 0);
        });
        String members = LOCAL + ",\"max_response_bytes\":1000";

        assertThat(unknown(gateway.call(operation(WRITE, members), call(ACME, "{}", "k")))
                        .code())
                .isEqualTo("response_too_large");
        assertThat(failed(gateway.call(operation(READ, members), call(ACME, "{}", "k")))
                        .code())
                .isEqualTo("response_too_large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":1}", "{\"id\":1,\"id\":2}", "nope", "{\"id\":\"\\ud800", "[]"})
    void a_result_that_is_not_as_described_leaves_a_write_in_doubt(String body) {
        target.answers((exchange, n) -> json(exchange, 200, body));
        String result = ",\"result_schema\":{\"type\":\"object\",\"required\":[\"id\"]}";

        assertThat(unknown(call(WRITE + result, "{}")).code()).isEqualTo("result_invalid");
        assertThat(failed(call(READ + result, "{}")).code()).isEqualTo("result_invalid");
    }

    @Test
    void text_is_a_result_too_and_nothing_is_null() {
        target.answers((exchange, n) -> {
            if (n == 1) {
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("<p>\"é\"".getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.sendResponseHeaders(204, -1);
            }
        });

        assertThat(call(READ, "{}")).isEqualTo(new Succeeded(200, "\"<p>\\\"é\\\"\"", 1));
        assertThat(call(READ, "{}")).isEqualTo(new Succeeded(204, "null", 1));
    }

    @Test
    void no_call_reaches_loopback_unless_the_connector_names_the_host() {
        Failed failed = failed(gateway.call(operation(WRITE, ""), call(ACME, "{}", "k")));

        assertThat(failed.code()).isEqualTo("destination_blocked");
        assertThat(failed.cause().owner()).isEqualTo(Cause.Owner.POLICY);
        assertThat(failed.attempts()).isZero();
        assertThat(target.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.1",
                "2130706433",
                "0x7f.0.0.1",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "0.0.0.0",
                "[::]",
                "127.0.0.2"
            })
    void no_spelling_of_loopback_reaches_a_canary(String host) throws IOException {
        TargetServer canary = open(new TargetServer(new InetSocketAddress(0)));
        String document = Documents.of("http://%s:%d".formatted(host, canary.port()), LOCAL, WRITE);

        Outcome outcome;
        try {
            outcome = gateway.call(Documents.operation(document, "op"), call(ACME, "{}", "k"));
        } catch (InvalidConnector refusedEarlier) {
            return;
        }

        assertThat(failed(outcome).code()).isIn("destination_blocked", "unresolved_host");
        assertThat(canary.seen).isEmpty();
    }

    @Test
    void a_name_that_changes_its_address_is_looked_up_once_and_only_what_was_checked_is_called() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        TargetServer canary = open(new TargetServer(new InetSocketAddress("127.0.0.2", target.port())));
        HttpToolGateway rebound = gateway(Gateways.guard(host ->
                new InetAddress[] {InetAddress.getByName(asked.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2")}));
        String document = Documents.of(
                "http://rebind.example:" + target.port(), "\"allow_private_addresses\":[\"rebind.example\"]", WRITE);

        Outcome outcome = rebound.call(Documents.operation(document, "op"), call(ACME, "{}", "k"));

        assertThat(outcome).isInstanceOf(Succeeded.class);
        assertThat(asked).hasValue(1);
        assertThat(target.seen).hasSize(1);
        assertThat(canary.seen).isEmpty();
        assertThat(target.seen.getFirst().headers().getFirst("Host")).startsWith("rebind.example");
    }

    @Test
    void a_name_that_turns_to_loopback_after_it_was_checked_does_not_reach_it() {
        AtomicInteger asked = new AtomicInteger();
        // No host has this address: the connection fails, and that is all that happens.
        HttpToolGateway rebound = gateway(Gateways.guard(host ->
                new InetAddress[] {InetAddress.getByName(asked.getAndIncrement() == 0 ? "2d00::1" : "127.0.0.1")}));
        HttpOperation operation =
                Documents.operation(Documents.of("http://rebind.example:" + target.port(), "", WRITE), "op");

        Outcome first = rebound.call(operation, call(ACME, "{}", "k"));
        Outcome second = rebound.call(operation, call(ACME, "{}", "k"));

        assertThat(failed(first).code()).isEqualTo("connect_failed");
        assertThat(failed(second).code()).isEqualTo("destination_blocked");
        assertThat(target.seen).isEmpty();
    }

    @Test
    void a_connection_that_one_connector_may_have_is_no_way_in_for_another() {
        HttpToolGateway named = gateway(Gateways.guard(host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")}));
        String url = "http://shared.example:" + target.port();
        HttpOperation allowed =
                Documents.operation(Documents.of(url, "\"allow_private_addresses\":[\"shared.example\"]", WRITE), "op");
        HttpOperation notAllowed = Documents.operation(Documents.of(url, "", WRITE), "op");

        assertThat(named.call(allowed, call(ACME, "{}", "k"))).isInstanceOf(Succeeded.class);
        assertThat(failed(named.call(notAllowed, call(ACME, "{}", "k"))).code()).isEqualTo("destination_blocked");
        assertThat(failed(named.call(notAllowed, call(GLOBEX, "{}", "k"))).code())
                .isEqualTo("destination_blocked");
        assertThat(target.seen).hasSize(1);
    }

    @Test
    void a_connection_is_used_again_by_its_tenant_and_by_no_other() {
        List<Integer> ports = new ArrayList<>();
        target.answers((exchange, n) -> {
            ports.add(exchange.getRemoteAddress().getPort());
            json(exchange, 200, "{}");
        });
        HttpOperation operation = operation(WRITE, LOCAL);

        gateway.call(operation, call(ACME, "{}", "k"));
        gateway.call(operation, call(ACME, "{}", "k"));
        gateway.call(operation, call(GLOBEX, "{}", "k"));
        gateway.call(operation, call(ACME, "{}", "k"));

        assertThat(ports.get(1)).isEqualTo(ports.get(0));
        assertThat(ports.get(2)).isNotEqualTo(ports.get(0));
        assertThat(ports.get(3)).isEqualTo(ports.get(0));
    }

    @Test
    void a_read_follows_redirects_on_its_own_host() {
        target.answers((exchange, n) -> {
            if (n < 4) {
                redirect(exchange, 302, "/hop" + n);
            } else {
                json(exchange, 200, "{\"done\":true}");
            }
        });

        assertThat(call(READ, "{}")).isEqualTo(new Succeeded(200, "{\"done\":true}", 1));
        assertThat(target.seen).extracting(TargetServer.Seen::uri).containsExactly("/x", "/hop1", "/hop2", "/hop3");
    }

    @Test
    void a_read_does_not_follow_for_ever() {
        target.answers((exchange, n) -> redirect(exchange, 302, "/x"));

        assertThat(failed(call(READ, "{}")).code()).isEqualTo("redirect_refused");
        assertThat(target.seen).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.2:%d/",
                "http://localhost:%d/",
                "//localhost:%d/x",
                "http://127.0.0.1:%d/",
                "http://[::1]:%d/",
                "http://2130706433:%d/",
                "http://user@127.0.0.1:%d/",
                "http://127.0.0.1@localhost:%d/",
                "http://127.0.0.1:%d@localhost/",
                "file:///etc/passwd",
                "gopher://127.0.0.1:%d/",
                "https://127.0.0.1:%d/",
                "http:///x",
                "http://127.0.0.1:%d\\@localhost/",
                "ht tp://x",
                ""
            })
    void a_redirect_to_anywhere_else_is_refused(String location) throws IOException {
        TargetServer canary = open(new TargetServer(new InetSocketAddress(0)));
        target.answers((exchange, n) -> redirect(exchange, 302, location.formatted(canary.port())));

        Failed failed = failed(call(READ, "{}"));

        assertThat(failed.code()).isEqualTo("redirect_refused");
        assertThat(canary.seen).isEmpty();
        assertThat(target.seen).hasSize(1);
    }

    @Test
    void a_write_follows_no_redirect() {
        target.answers((exchange, n) -> redirect(exchange, n == 1 ? 303 : 307, "/elsewhere"));

        assertThat(unknown(call(WRITE, "{}")).code()).isEqualTo("redirect_refused");
        assertThat(failed(call(WRITE, "{}")).code()).isEqualTo("redirect_refused");
        assertThat(target.seen).hasSize(2);
    }

    @Test
    void the_circuit_opens_says_so_and_closes_again() {
        HttpOperation operation = operation(
                WRITE,
                LOCAL
                        + ",\"circuit_breaker\":{\"window\":4,\"minimum_calls\":4,\"failure_rate\":50,\"open_for\":\"PT20S\","
                        + "\"trial_calls\":1}");
        target.answers((exchange, n) -> json(exchange, n <= 4 ? 500 : 200, "{}"));
        for (int i = 0; i < 4; i++) {
            unknown(gateway.call(operation, call(ACME, "{}", "k")));
        }

        Failed open = failed(gateway.call(operation, call(ACME, "{}", "k")));

        assertThat(open.code()).isEqualTo("circuit_open");
        assertThat(open.attempts()).isZero();
        assertThat(open.cause().owner()).isEqualTo(Cause.Owner.PROVIDER);
        assertThat(open.cause().resetsAt()).isEqualTo(NOON.plusSeconds(20));
        assertThat(target.seen).hasSize(4);

        assertThat(gateway.call(operation, call(GLOBEX, "{}", "k"))).isInstanceOf(Succeeded.class);

        now.set(NOON.plusSeconds(21));
        assertThat(gateway.call(operation, call(ACME, "{}", "k"))).isInstanceOf(Succeeded.class);
        assertThat(gateway.call(operation, call(ACME, "{}", "k"))).isInstanceOf(Succeeded.class);
    }

    @Test
    void refusals_of_the_target_do_not_open_the_circuit() {
        HttpOperation operation = operation(WRITE, LOCAL + ",\"circuit_breaker\":{\"window\":4,\"minimum_calls\":2}");
        target.answers((exchange, n) -> json(exchange, n % 2 == 0 ? 404 : 429, "{}"));

        for (int i = 0; i < 20; i++) {
            assertThat(failed(gateway.call(operation, call(ACME, "{}", "k"))).code())
                    .startsWith("target_");
        }
        assertThat(target.seen).hasSize(20);
    }

    @Test
    void many_callers_at_once_cannot_push_through_an_open_circuit() throws Exception {
        HttpOperation operation = operation(
                WRITE,
                LOCAL
                        + ",\"circuit_breaker\":{\"window\":10,\"minimum_calls\":10,\"open_for\":\"PT30S\",\"trial_calls\":2}");
        target.answers((exchange, n) -> json(exchange, 500, "{}"));
        for (int i = 0; i < 10; i++) {
            gateway.call(operation, call(ACME, "{}", "k"));
        }
        assertThat(inParallel(100, () -> gateway.call(operation, call(ACME, "{}", "k"))))
                .allSatisfy(outcome -> assertThat(failed(outcome).code()).isEqualTo("circuit_open"));
        assertThat(target.seen).hasSize(10);

        now.set(NOON.plusSeconds(31));
        inParallel(100, () -> gateway.call(operation, call(ACME, "{}", "k")));
        assertThat(target.seen).hasSize(12);
    }

    @Test
    void a_retry_waits_as_long_as_the_target_asks_but_not_beyond_the_whole_time() {
        target.answers((exchange, n) -> {
            exchange.getResponseHeaders().set("Retry-After", "5");
            json(exchange, 429, "{}");
        });
        HttpOperation operation = operation(IDEMPOTENT, LOCAL + ",\"total_timeout\":\"PT2S\"");

        Failed failed = failed(gateway.call(operation, call(ACME, "{}", "k")));

        assertThat(failed.code()).isEqualTo("target_throttled");
        assertThat(failed.cause().resetsAt()).isEqualTo(NOON.plusSeconds(5));
        assertThat(target.seen).hasSize(1);
    }

    @Test
    void the_trace_goes_on_in_the_target() {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        HttpToolGateway traced =
                gateway(Gateways.guard(), new StaticListableBeanFactory(Map.of("propagator", new Propagator() {
                    @Override
                    public List<String> fields() {
                        return List.of("traceparent");
                    }

                    @Override
                    public <C> void inject(TraceContext context, @Nullable C carrier, Setter<C> setter) {
                        setter.set(carrier, "traceparent", trace);
                    }

                    @Override
                    public <C> Span.Builder extract(@Nullable C carrier, Getter<C> getter) {
                        return Span.Builder.NOOP;
                    }
                })));

        traced.call(operation(WRITE, LOCAL), call(ACME, "{}", "k"));

        assertThat(target.seen.getFirst().headers().getFirst("Traceparent")).isEqualTo(trace);
    }

    @Test
    void arguments_that_were_never_admitted_are_not_sent() {
        HttpOperation operation = operation(
                "\"method\":\"GET\",\"path\":\"/{record_id}\",\"effect\":\"read\",\"target_schema\":{\"properties\":{\"record_id\":{}}},"
                        + "\"argument_schema\":{}",
                LOCAL);

        assertThatThrownBy(() -> gateway.call(operation, call(ACME, "{}", "k"))).isInstanceOf(InvalidArguments.class);
        assertThat(target.seen).isEmpty();
    }

    private HttpToolGateway gateway(DestinationGuard guard) {
        return gateway(guard, new StaticListableBeanFactory());
    }

    private HttpToolGateway gateway(DestinationGuard guard, StaticListableBeanFactory tracing) {
        TargetClient client = Gateways.client(guard);
        open((AutoCloseable) client::destroy);
        return new HttpToolGateway(
                client,
                new Breakers(clock, meters),
                Gateways.retries(),
                Gateways.nothingLent(),
                Gateways.nothingHandedOut(),
                new ToolStreams(),
                Gateways.noDrift(),
                clock,
                new TenantTag(),
                meters,
                tracing.getBeanProvider(Tracer.class),
                tracing.getBeanProvider(Propagator.class));
    }

    private HttpOperation operation(String operation, String members) {
        return Documents.operation(Documents.of(target.url(), members, operation), "op");
    }

    private Outcome call(String operation, String arguments) {
        return gateway.call(operation(operation, LOCAL), call(ACME, arguments, "key-1"));
    }

    private static ToolGateway.Call call(TenantId tenant, String arguments, String key) {
        return new ToolGateway.Call(
                new ActionId(tenant, "act_1"),
                TenantContext.of(tenant, "key:k_1", null),
                new Target("zendesk", Map.of()),
                arguments,
                key);
    }

    private static Failed failed(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Failed.class);
        return (Failed) outcome;
    }

    private static Unknown unknown(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Unknown.class);
        return (Unknown) outcome;
    }

    private static <T> List<T> inParallel(int times, Callable<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(Collections.nCopies(times, work))) {
                results.add(done.get());
            }
            return results;
        }
    }

    private <T extends AutoCloseable> T open(T one) {
        opened.add(one);
        return one;
    }
}
