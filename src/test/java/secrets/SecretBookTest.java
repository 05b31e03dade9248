package secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import secrets.LeaseDecision.Granted;
import secrets.LeaseDecision.Refused;
import secrets.SecretCommand.AddVersion;
import secrets.SecretCommand.CreateSecret;
import secrets.SecretCommand.GrantSecret;
import secrets.SecretCommand.LimitAgentClass;
import secrets.SecretCommand.ReinstateCredentials;
import secrets.SecretCommand.RemoveGrant;
import secrets.SecretCommand.RetireDue;
import secrets.SecretCommand.RevokeCredentials;
import secrets.SecretEvent.AgentClassLimited;
import secrets.SecretEvent.CredentialsReinstated;
import secrets.SecretEvent.CredentialsRevoked;
import secrets.SecretEvent.SecretCreated;
import secrets.SecretEvent.SecretGrantRemoved;
import secrets.SecretEvent.SecretGranted;
import secrets.SecretEvent.SecretRemoved;
import secrets.SecretEvent.SecretVersionAdded;
import secrets.SecretEvent.SecretVersionRetired;
import tenancy.Conflict;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.TenantId;

class SecretBookTest {

    private static final SecretBookId BOOK = new SecretBookId(new TenantId("tenant_acme"));
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final List<String> HOSTS = List.of("https://" + Requests.HOST);
    private static final SecretCreated CREATED =
            new SecretCreated("zd", "zendesk", Mode.MUTATE, SecretKind.API_KEY, false);
    private static final SecretVersionAdded FIRST = version(1, 1, null);
    private static final SecretGranted GRANTED = granted("gr_1", "support_triage", List.of("ticket.*"));
    private static final Requests ASKED = Requests.of("tenant_acme", NOON);

    private final AggregateTestFixture<SecretBook> book = new AggregateTestFixture<>(SecretBook.class);

    @BeforeEach
    void keeping() {
        book.registerAnnotatedCommandHandler(new Keeping(book.getRepository()));
    }

    @Test
    void is_opened_with_its_first_secret() {
        book.givenNoPriorActivity()
                .when(new CreateSecret(BOOK, "zd", "zendesk", Mode.MUTATE, SecretKind.API_KEY, false, 1, "d1", HOSTS))
                .expectEvents(CREATED, FIRST);
    }

    @Test
    void has_each_secret_once() {
        book.given(CREATED, FIRST)
                .when(new CreateSecret(BOOK, "zd", "zendesk", Mode.READ, SecretKind.API_KEY, false, 2, "d2", HOSTS))
                .expectNoEvents()
                .expectException(Conflict.class);
    }

    @Test
    void gives_no_version_number_twice_even_after_the_secret_was_removed() {
        book.given(CREATED, FIRST, version(2, 2, NOON), new SecretRemoved("zd", 2))
                .when(new CreateSecret(BOOK, "zd", "zendesk", Mode.MUTATE, SecretKind.API_KEY, false, 1, "d1", HOSTS))
                .expectNoEvents()
                .expectException(Conflict.class);
        book.given(CREATED, FIRST, version(2, 2, NOON), new SecretRemoved("zd", 2))
                .when(new CreateSecret(BOOK, "zd", "zendesk", Mode.MUTATE, SecretKind.API_KEY, false, 3, "d3", HOSTS))
                .expectSuccessfulHandlerExecution();
    }

    @Test
    void leases_the_newest_version_and_lets_the_old_one_work_until_its_overlap_is_over() {
        book.given(CREATED, FIRST, GRANTED)
                .when(new AddVersion(BOOK, "zd", SecretKind.API_KEY, 2, null, "d2", NOON, HOSTS))
                .expectEvents(version(2, 2, NOON))
                .expectState(state ->
                        assertThat(state.decide(ASKED.request("a"))).isEqualTo(new Granted("zd", 2, "gr_1", 0)));
        book.given(CREATED, FIRST, GRANTED, version(2, 2, NOON))
                .when(new RetireDue(BOOK, NOON.minusMillis(1)))
                .expectNoEvents();
        book.given(CREATED, FIRST, GRANTED, version(2, 2, NOON))
                .when(new RetireDue(BOOK, NOON))
                .expectEvents(new SecretVersionRetired("zd", 1, "overlap_over"));
    }

    @Test
    void takes_no_version_of_another_kind_and_none_that_another_was_faster_with() {
        book.given(CREATED, FIRST)
                .when(new AddVersion(BOOK, "zd", SecretKind.BASIC, 2, null, "d2", NOON, HOSTS))
                .expectNoEvents()
                .expectException(InvalidField.class);
        book.given(CREATED, FIRST, version(2, 2, NOON))
                .when(new AddVersion(BOOK, "zd", SecretKind.API_KEY, 2, null, "d2", NOON, HOSTS))
                .expectNoEvents()
                .expectException(Conflict.class);
    }

    @Test
    void keeps_the_root_of_what_follows_by_itself() {
        book.given(CREATED, FIRST, version(2, 1, NOON))
                .when(new AddVersion(BOOK, "zd", SecretKind.API_KEY, 3, 2L, "d3", NOON, List.of()))
                .expectEvents(version(3, 1, NOON));
    }

    @Test
    void keeps_at_most_twenty_versions_in_force() {
        List<Object> events = new ArrayList<>(List.of(CREATED));
        for (long number = 1; number <= SecretBook.MOST_VERSIONS; number++) {
            events.add(version(number, number, NOON));
        }
        book.given(events)
                .when(new AddVersion(BOOK, "zd", SecretKind.API_KEY, 21, null, "d21", NOON, HOSTS))
                .expectNoEvents()
                .expectException(Conflict.class);
    }

    @Test
    void grants_a_secret_in_its_own_mode_only() {
        book.given(CREATED, FIRST)
                .when(new GrantSecret(
                        BOOK, new Grant("gr_1", "zd", null, "support_triage", List.of("ticket.*"), Mode.MUTATE, null)))
                .expectEvents(GRANTED);
        book.given(CREATED, FIRST)
                .when(new GrantSecret(BOOK, new Grant("gr_1", "zd", null, null, List.of("*"), Mode.READ, null)))
                .expectNoEvents()
                .expectException(InvalidField.class);
        book.given(CREATED, FIRST)
                .when(new GrantSecret(BOOK, new Grant("gr_1", "other", null, null, List.of("*"), Mode.READ, null)))
                .expectNoEvents()
                .expectException(NotFound.class);
    }

    @Test
    void raises_the_fence_with_everything_that_takes_something_away() {
        book.given(CREATED, FIRST, GRANTED)
                .when(new RemoveGrant(BOOK, "zd", "gr_1"))
                .expectEvents(new SecretGrantRemoved("gr_1", "zd", 1));
        book.given(CREATED, FIRST, GRANTED, new SecretGrantRemoved("gr_1", "zd", 1))
                .when(new LimitAgentClass(BOOK, "support_triage", Mode.READ))
                .expectEvents(new AgentClassLimited("support_triage", Mode.READ, 2));
        book.given(CREATED, FIRST, new AgentClassLimited("support_triage", Mode.READ, 2))
                .when(new RevokeCredentials(BOOK, Scope.SECRET, "zd", "leaked"))
                .expectEvents(new CredentialsRevoked(Scope.SECRET, "zd", "leaked", 3, 1));
    }

    @Test
    void issues_nothing_of_what_is_revoked_until_it_is_reinstated() {
        for (Scope scope : List.of(Scope.AGENT, Scope.CONNECTOR, Scope.TENANT)) {
            String key = switch (scope) {
                case AGENT -> "triage";
                case CONNECTOR -> "zendesk";
                default -> "tenant_acme";
            };
            var revoked = new CredentialsRevoked(scope, key, "leaked", 1, 0);
            book.given(CREATED, FIRST, GRANTED)
                    .when(new RevokeCredentials(BOOK, scope, key, "leaked"))
                    .expectEvents(revoked)
                    .expectState(state -> assertThat(refusal(state, ASKED))
                            .isEqualTo(scope == Scope.AGENT ? "agent_revoked" : "secret_revoked"));
            book.given(CREATED, FIRST, GRANTED, revoked)
                    .when(new ReinstateCredentials(BOOK, scope, key, "over"))
                    .expectEvents(new CredentialsReinstated(scope, key, "over"))
                    .expectState(state ->
                            assertThat(state.decide(ASKED.request("a"))).isEqualTo(new Granted("zd", 1, "gr_1", 1)));
        }
    }

    @Test
    void lends_a_revoked_secret_again_with_a_new_version_and_not_before() {
        var revoked = new CredentialsRevoked(Scope.SECRET, "zd", "leaked", 1, 1);
        book.given(CREATED, FIRST, GRANTED, revoked)
                .when(new AddVersion(BOOK, "zd", SecretKind.API_KEY, 2, null, "d2", NOON, HOSTS))
                .expectState(state ->
                        assertThat(state.decide(ASKED.request("a"))).isEqualTo(new Granted("zd", 2, "gr_1", 1)));
        var state = state(CREATED, FIRST, GRANTED, revoked);
        assertThat(refusal(state, ASKED)).isEqualTo("secret_revoked");
        book.given(CREATED, FIRST, GRANTED, revoked)
                .when(new ReinstateCredentials(BOOK, Scope.SECRET, "zd", "over"))
                .expectNoEvents()
                .expectException(Conflict.class);
    }

    @Test
    void says_what_is_missing() {
        SecretBook state = state(CREATED, FIRST, GRANTED);

        assertThat(refusal(state, ASKED.to(Mode.READ))).isEqualTo("no_secret");
        assertThat(refusal(state, ASKED.on("salesforce", "ticket.update"))).isEqualTo("no_secret");
        assertThat(refusal(state, ASKED.on("zendesk", "user.delete"))).isEqualTo("no_grant");
        assertThat(refusal(state, ASKED.on("zendesk", "ticketing"))).isEqualTo("no_grant");
        assertThat(refusal(state, ASKED.by("triage", "billing"))).isEqualTo("no_grant");
        SecretBook limited = state(CREATED, FIRST, GRANTED, new AgentClassLimited("support_triage", Mode.READ, 1));
        assertThat(refusal(limited, ASKED)).isEqualTo("read_only_class");
    }

    /** Whatever is granted, in whatever order: a class that may only read gets nothing that changes anything. */
    @Test
    void never_lends_a_read_only_class_what_mutates() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        int lentToOthers = 0;
        for (int round = 0; round < 1_000; round++) {
            List<SecretEvent> events = new ArrayList<>();
            for (Mode mode : Mode.values()) {
                String secret = "s_" + mode;
                events.add(new SecretCreated(secret, "zendesk", mode, SecretKind.API_KEY, false));
                events.add(
                        new SecretVersionAdded(secret, 1, 1, "zendesk", SecretKind.API_KEY, false, "d", null, HOSTS));
            }
            int changes = 1 + random.nextInt(12);
            int limitedAt = random.nextInt(changes);
            for (int at = 0; at < changes; at++) {
                if (at == limitedAt) {
                    events.add(new AgentClassLimited("readers", Mode.READ, at));
                }
                Mode mode = Mode.values()[random.nextInt(2)];
                events.add(new SecretGranted(
                        "gr_" + at,
                        "s_" + mode,
                        random.nextBoolean() ? null : "ws_support",
                        random.nextBoolean() ? null : random.nextBoolean() ? "readers" : "writers",
                        List.of(random.nextBoolean() ? "*" : "ticket.*"),
                        mode,
                        random.nextBoolean() ? null : "internal"));
                if (random.nextInt(6) == 0) {
                    events.add(new AgentClassLimited("writers", random.nextBoolean() ? Mode.READ : Mode.MUTATE, at));
                }
            }
            SecretBook state = state(events.toArray(SecretEvent[]::new));

            assertThat(refusal(state, ASKED.by("reader", "readers")))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo("read_only_class");
            if (state.decide(ASKED.by("writer", "writers").request("a")) instanceof Granted) {
                lentToOthers++;
            }
        }
        assertThat(lentToOthers)
                .as("seed %d: the same grants lend to others", seed)
                .isGreaterThan(100);
    }

    @Test
    void lends_nothing_for_a_place_that_a_value_was_not_given_for() {
        SecretBook state = state(CREATED, FIRST, GRANTED);
        var asked = ASKED.request("act_1");
        for (String elsewhere : List.of(
                "https://evil.example.net",
                "http://" + Requests.HOST,
                "https://" + Requests.HOST + ":8443",
                "https://" + Requests.HOST + ".evil.example.net")) {
            var moved = new Leases.Request(
                    asked.action(),
                    asked.context(),
                    asked.agentClass(),
                    asked.trustZone(),
                    asked.system(),
                    asked.operation(),
                    asked.destination(),
                    elsewhere,
                    asked.mode(),
                    asked.handsOut(),
                    asked.at());
            assertThat(state.decide(moved)).isInstanceOfSatisfying(Refused.class, refused -> {
                assertThat(refused.code()).isEqualTo("destination_not_bound");
                assertThat(refused.cause().detail()).contains(Requests.HOST, elsewhere, "new value");
            });
        }
        assertThat(state.decide(asked)).isInstanceOf(Granted.class);
        var unbound = new SecretVersionAdded("zd", 1, 1, "zendesk", SecretKind.API_KEY, false, "d1", null, List.of());
        assertThat(refusal(state(CREATED, unbound, GRANTED), ASKED)).isEqualTo("destination_not_bound");
    }

    @Test
    void what_the_book_shows_holds_no_value_and_a_copy_does_not_change() {
        SecretBook state = state(CREATED, FIRST, GRANTED);
        BookView before = state.view();

        state.on(new SecretRemoved("zd", 1), BOOK.toString(), NOON.plus(Duration.ofHours(1)));

        assertThat(before.secret("zd")).isPresent();
        assertThat(state.view().secret("zd")).isEmpty();
        assertThat(state.view().grants()).isEmpty();
        assertThat(state.view().first()).isEqualTo(2);
    }

    private static String refusal(SecretBook state, Requests asked) {
        return state.decide(asked.request("act_1")) instanceof Refused refused ? refused.code() : "granted";
    }

    private static SecretBook state(SecretEvent... events) {
        var state = new SecretBook();
        for (SecretEvent event : events) {
            state.on(event, BOOK.toString(), NOON);
        }
        return state;
    }

    private static SecretVersionAdded version(long number, long root, @Nullable Instant othersUntil) {
        return new SecretVersionAdded(
                "zd", number, root, "zendesk", SecretKind.API_KEY, false, "d" + number, othersUntil, HOSTS);
    }

    private static SecretGranted granted(String grant, String agentClass, List<String> operations) {
        return new SecretGranted(grant, "zd", null, agentClass, operations, Mode.MUTATE, null);
    }
}
