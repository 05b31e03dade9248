package secrets.minting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import secrets.AccessTokens.Minted;
import secrets.Concealed;
import secrets.Credentials.Purpose;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.Mode;
import secrets.SecretValue;
import tenancy.ActionId;
import tenancy.TenantId;

/** Tokens of a server that checks what it is asked. */
class MintedTokensTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("globex");

    private final TokenServer server = new TokenServer();
    private final Hands hands = new Hands();
    private final MintedTokens tokens = new MintedTokens(server, hands);

    MintedTokensTest() throws IOException {}

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_client_is_authenticated_and_asks_for_the_scopes_and_the_resource_of_the_purpose() {
        Minted minted = token(ACME, 1, client(), purpose("https://api.example", "b", "a"));

        assertThat(minted.token().reveal()).isEqualTo("access-1");
        assertThat(minted.expiresAt()).isEqualTo(hands.instant().plusSeconds(3600));
        assertThat(server.asked)
                .singleElement()
                .satisfies(form -> assertThat(form)
                        .containsEntry("grant_type", "client_credentials")
                        .containsEntry("scope", "a b")
                        .containsEntry("resource", "https://api.example"));
    }

    @Test
    void what_was_made_serves_the_same_tenant_secret_version_scopes_and_resource_and_nothing_else() {
        Purpose narrow = purpose("https://api.example", "a");
        String first = token(ACME, 1, client(), narrow).token().reveal();

        assertThat(token(ACME, 1, client(), purpose("https://api.example", "a", "a"))
                        .token()
                        .reveal())
                .isEqualTo(first);
        List<String> others = List.of(
                token(OTHER, 1, client(), narrow).token().reveal(),
                token(ACME, 2, client(), narrow).token().reveal(),
                token(ACME, 1, client(), purpose("https://api.example", "a", "b"))
                        .token()
                        .reveal(),
                token(ACME, 1, client(), purpose("https://api.example")).token().reveal(),
                token(ACME, 1, client(), purpose("https://other.example", "a"))
                        .token()
                        .reveal(),
                token(ACME, 1, client(), purpose(null, "a")).token().reveal());

        assertThat(others).doesNotHaveDuplicates().doesNotContain(first);
    }

    @Test
    void a_lease_of_another_tenant_mints_nothing() {
        assertThatThrownBy(() -> tokens.token(OTHER, lease(ACME, 1), client(), purpose(null), true))
                .isInstanceOfSatisfying(
                        LeaseRefused.class, no -> assertThat(no.code()).isEqualTo("lease_mismatch"));
        assertThat(server.asked).isEmpty();
    }

    @Test
    void it_is_kept_for_five_minutes_at_most() {
        token(ACME, 1, client(), purpose(null));
        hands.move(Duration.ofMinutes(5).minusMillis(1));
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(1);

        hands.move(Duration.ofMillis(1));
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void it_is_not_given_when_it_may_expire_on_the_way() {
        server.answers(200, "{\"access_token\":\"short\",\"token_type\":\"bearer\",\"expires_in\":\"60\"}");
        token(ACME, 1, client(), purpose(null));
        hands.move(Duration.ofSeconds(49));
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(1);

        hands.move(Duration.ofSeconds(1));
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void one_of_unknown_lifetime_is_used_once() {
        server.answers(200, "{\"access_token\":\"once\",\"token_type\":\"bearer\"}");
        token(ACME, 1, client(), purpose(null));
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void what_is_forgotten_is_asked_for_again_and_other_secrets_stay() {
        token(ACME, 1, client(), purpose(null));
        token(OTHER, 1, client(), purpose(null));

        tokens.forget(ACME, "zendesk-write");

        token(OTHER, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(2);
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(3);
    }

    @Test
    void what_was_asked_for_before_it_was_forgotten_is_kept_for_nobody() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        server.answers(form -> {
            asked.countDown();
            await(answer);
            return server.granted(form);
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Minted> under = threads.submit(() -> token(ACME, 1, client(), purpose(null)));
            asked.await();
            tokens.forget(ACME, "zendesk-write");
            answer.countDown();
            under.get();
        }
        token(ACME, 1, client(), purpose(null));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void many_that_ask_at_once_ask_the_endpoint_once() throws Exception {
        var answer = new CountDownLatch(1);
        var asking = new CountDownLatch(50);
        server.answers(form -> {
            await(answer);
            return server.granted(form);
        });
        List<Callable<String>> callers = new ArrayList<>();
        for (int caller = 0; caller < 50; caller++) {
            callers.add(() -> {
                asking.countDown();
                return token(ACME, 1, client(), purpose(null)).token().reveal();
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = callers.stream().map(threads::submit).toList();
            asking.await();
            answer.countDown();
            for (Future<String> one : answers) {
                assertThat(one.get()).isEqualTo("access-1");
            }
        }
        assertThat(server.asked).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\":\"invalid_scope\",\"error_description\":\"planted\"} | invalid_scope",
                "401 | {\"error\":\"invalid_client\"} | invalid_client",
                "400 | {\"error\":\"planted\"} | status_400",
                "500 | planted | status_500",
                "302 | '' | status_302",
                "200 | planted | unreadable_answer",
                "200 | [\"planted\"] | unreadable_answer",
                "200 | {\"access_token\":\"planted\",\"access_token\":\"x\",\"token_type\":\"bearer\"} | unreadable_answer",
                "200 | {\"token_type\":\"bearer\"} | unusable_token",
                "200 | {\"access_token\":\"planted\\r\\nX: y\",\"token_type\":\"bearer\"} | unusable_token",
                "200 | {\"access_token\":7,\"token_type\":\"mac\"} | unsupported_token_type",
                "200 | {\"access_token\":\"planted\",\"token_type\":\"mac\"} | unsupported_token_type",
                "200 | {\"access_token\":\"planted\",\"token_type\":\"bearer\",\"scope\":\"a admin\"} | wider_scope",
                "200 | {\"access_token\":\"planted\",\"token_type\":\"bearer\",\"scope\":[\"a\"]} | wider_scope"
            })
    void a_no_is_told_in_a_word_and_nothing_of_the_answer(int status, String body, String code) {
        server.answers(status, body);
        assertThatThrownBy(() -> token(ACME, 1, client(), purpose(null, "a", "b")))
                .isInstanceOfSatisfying(LeaseRefused.class, no -> {
                    assertThat(no.code()).isEqualTo("secret_unavailable");
                    assertThat(no.getMessage()).endsWith(": " + code + ".").doesNotContain("planted");
                    assertThat(no.getCause()).isNull();
                });
        server.answers(server::granted);
        token(ACME, 1, client(), purpose(null, "a", "b"));
    }

    @Test
    void a_refresh_token_that_rotates_is_told_once_and_never_used_twice() {
        Minted first = token(ACME, 1, refresh(), purpose(null, "a"));
        Minted kept = token(ACME, 1, refresh(), purpose(null, "a"));
        Minted other = token(ACME, 1, refresh(), purpose(null, "b"));

        assertThat(server.asked.getFirst())
                .containsEntry("grant_type", "refresh_token")
                .containsEntry("refresh_token", "refresh-0")
                .containsEntry("scope", "a");
        assertThat(first.rotated()).isNotNull().extracting(Concealed::reveal).isEqualTo("refresh-1");
        assertThat(kept.rotated()).isNull();
        assertThat(other.rotated()).isNotNull().extracting(Concealed::reveal).isEqualTo("refresh-2");
        assertThat(server.replays).hasValue(0);
    }

    @Test
    void many_scopes_at_once_use_each_refresh_token_once() throws Exception {
        List<Callable<Minted>> callers = new ArrayList<>();
        for (int caller = 0; caller < 40; caller++) {
            String scope = "s" + caller;
            callers.add(() -> token(ACME, 1, refresh(), purpose(null, scope)));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Minted> one : threads.invokeAll(callers)) {
                assertThat(one.get().rotated()).isNotNull();
            }
        }
        assertThat(server.replays).hasValue(0);
    }

    @Test
    void one_that_was_replaced_elsewhere_is_used_as_it_is_told() {
        token(ACME, 1, refresh(), purpose(null, "a"));
        server.rotate("refresh-of-another-node");

        token(ACME, 1, refresh("refresh-of-another-node"), purpose(null, "b"));

        assertThat(server.replays).hasValue(0);
    }

    @Test
    void a_public_client_names_itself_in_the_form() {
        server.answers(200, "{\"access_token\":\"t\",\"token_type\":\"bearer\",\"expires_in\":60}");
        var publicClient = new SecretValue.RefreshToken(server.endpoint(), "app", null, new Concealed("refresh-0"));

        token(ACME, 1, publicClient, purpose(null));

        assertThat(server.asked.getFirst()).containsEntry("client_id", "app").containsEntry("authorization", "");
    }

    private Minted token(TenantId tenant, long version, SecretValue value, Purpose purpose) {
        return tokens.token(tenant, lease(tenant, version), value, purpose, true);
    }

    private SecretValue client() {
        return new SecretValue.ClientCredentials(
                server.endpoint(), TokenServer.CLIENT, new Concealed(TokenServer.CLIENT_SECRET));
    }

    private SecretValue refresh() {
        return refresh("refresh-0");
    }

    private SecretValue refresh(String token) {
        return new SecretValue.RefreshToken(
                server.endpoint(), TokenServer.CLIENT, new Concealed(TokenServer.CLIENT_SECRET), new Concealed(token));
    }

    private static Purpose purpose(@Nullable String resource, String... scopes) {
        return new Purpose(
                null,
                "zendesk",
                "ticket.update",
                Mode.MUTATE,
                URI.create("https://api.example"),
                List.of(scopes),
                resource);
    }

    private static Lease lease(TenantId tenant, long version) {
        return new Lease(
                new ActionId(tenant, "a1"),
                "l1",
                "zendesk-write",
                version,
                "zendesk",
                "ticket.update",
                "api.example",
                Mode.MUTATE,
                Instant.parse("2026-01-01T00:05:00Z"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** A clock that is moved by hand. */
    private static final class Hands extends Clock {

        private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
