package secrets.minting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import secrets.LeaseRefused;
import secrets.Seals;
import secrets.WorkloadTokens.Signed;
import secrets.WorkloadTokens.Workload;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantId;

/** Tokens as those check them who know nothing but the published keys. */
class WorkloadTokensTest {

    private static final URI ISSUER = URI.create("https://firebreak.example");
    private static final String DESK = "https://desk.example";
    private static final Duration DAY = Duration.ofHours(24);

    private final Hands hands = new Hands();
    private final SharedRows rows = new SharedRows();
    private final SigningKeys keys = node();
    private final SignedWorkloadTokens tokens = signer(ISSUER);

    @Test
    void a_token_says_who_is_at_work_for_whom_and_on_what() throws Exception {
        Signed signed = tokens.sign(workload("acme", "a1", DESK));

        JWTClaimsSet claims = accepted(signed, DESK, keys.published());
        assertThat(claims.getIssuer()).isEqualTo(ISSUER.toString());
        assertThat(claims.getSubject()).isEqualTo("acme/agent/triage");
        assertThat(claims.getAudience()).containsExactly(DESK);
        assertThat(claims.getStringClaim("tenant")).isEqualTo("acme");
        assertThat(claims.getStringClaim("action")).isEqualTo("a1");
        assertThat(claims.getStringClaim("run")).isEqualTo("wr_1");
        assertThat(claims.getStringClaim("scope")).isEqualTo("tickets.read tickets.write");
        assertThat(claims.getJWTID()).isEqualTo(signed.id());
        assertThat(claims.getExpirationTime())
                .isEqualTo(Date.from(hands.instant().plus(Duration.ofMinutes(5))));
        assertThat(signed.expiresAt()).isEqualTo(hands.instant().plus(Duration.ofMinutes(5)));
        assertThat(signed.toString()).doesNotContain(signed.token().reveal());
    }

    @Test
    void it_ends_with_what_it_is_signed_under() {
        Instant soon = hands.instant().plusSeconds(90);
        Workload brief = new Workload(action("acme", "a1"), agent("acme"), run("acme"), DESK, List.of(), soon);
        assertThat(tokens.sign(brief).expiresAt()).isEqualTo(soon);

        hands.move(Duration.ofSeconds(90));
        assertThatThrownBy(() -> tokens.sign(brief))
                .isInstanceOfSatisfying(
                        LeaseRefused.class, no -> assertThat(no.code()).isEqualTo("lease_expired"));
    }

    @Test
    void nothing_is_signed_without_a_name_or_for_the_platform_itself() {
        assertThatThrownBy(() -> signer(null).sign(workload("acme", "a1", DESK)))
                .isInstanceOf(LeaseRefused.class)
                .hasMessageContaining("firebreak.workload-tokens.issuer");
        assertThatThrownBy(() -> tokens.sign(workload("acme", "a1", ISSUER.toString())))
                .isInstanceOf(LeaseRefused.class);
        assertThatThrownBy(() -> tokens.sign(workload("acme", "a1", " "))).isInstanceOf(LeaseRefused.class);
    }

    @Test
    void agent_run_and_action_are_of_one_tenant() {
        assertThatThrownBy(() ->
                        new Workload(action("acme", "a1"), agent("globex"), run("acme"), DESK, List.of(), Instant.MAX))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new Workload(action("acme", "a1"), agent("acme"), run("globex"), DESK, List.of(), Instant.MAX))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_published_has_no_private_half() {
        assertThat(keys.published()).isNotEmpty().noneMatch(JWK::isPrivate);
        assertThat(keys.current()).asString().doesNotContain("\"d\"");
    }

    @Test
    void a_key_is_published_before_it_signs_and_until_its_last_token_is_over() {
        String first = keys.current().key().getKeyID();
        Instant end = keys.current().until();

        hands.at(end.minus(SigningKeys.AHEAD).plusSeconds(1));
        assertThat(published(keys)).hasSize(2);
        assertThat(keys.current().key().getKeyID()).isEqualTo(first);

        hands.at(end.minusSeconds(1));
        Signed last = tokens.sign(workload("acme", "a1", DESK));
        hands.at(end);
        String second = keys.current().key().getKeyID();
        assertThat(second).isNotEqualTo(first);

        hands.at(last.expiresAt());
        assertThat(published(keys)).contains(first, second);
        hands.at(end.plus(Duration.ofMinutes(6)));
        assertThat(published(keys)).containsExactly(second);
    }

    @Test
    void every_token_is_checked_by_keys_that_were_read_minutes_before() {
        for (int minute = 0; minute < 3 * 24 * 60; minute += 4) {
            List<ECKey> readBefore = keys.published();
            hands.move(Duration.ofMinutes(4));
            Signed signed = tokens.sign(workload("acme", "a" + minute, DESK));
            assertThatCode(() -> accepted(signed, DESK, readBefore)).doesNotThrowAnyException();
        }
        assertThat(rows.all()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void after_a_long_sleep_a_new_key_signs_at_once() {
        String first = keys.current().key().getKeyID();
        hands.move(Duration.ofDays(40));
        assertThat(keys.current().key().getKeyID()).isNotEqualTo(first);
        assertThat(keys.current().signsAt(hands.instant())).isTrue();
        assertThat(published(keys)).hasSize(1);
    }

    @Test
    void nodes_that_make_the_first_key_at_once_agree_on_one() throws Exception {
        for (int round = 0; round < 20; round++) {
            rows.clear();
            List<Callable<String>> nodes = new ArrayList<>();
            for (int node = 0; node < 16; node++) {
                SigningKeys one = node();
                nodes.add(() -> one.current().key().getKeyID());
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Set<String> signing = new java.util.HashSet<>();
                for (var answer : threads.invokeAll(nodes)) {
                    signing.add(answer.get());
                }
                assertThat(signing).hasSize(1);
            }
        }
    }

    @Test
    void a_key_that_somebody_else_put_there_neither_signs_nor_is_published() {
        String ours = keys.current().key().getKeyID();
        byte[] foreign =
                new TestSeals().seal(new TenantId("acme"), "signing-key/2", "{}".getBytes(StandardCharsets.UTF_8));
        rows.add(new SigningKeyRows.Stored(
                2, foreign, hands.instant(), hands.instant().plus(DAY)));
        byte[] moved = rows.all().getFirst().sealed();
        rows.add(new SigningKeyRows.Stored(
                3, moved, hands.instant(), hands.instant().plus(DAY)));
        hands.move(Duration.ofMinutes(1));

        assertThat(keys.current().key().getKeyID()).isEqualTo(ours);
        assertThat(published(keys)).containsExactly(ours);
        assertThat(published(node())).containsExactly(ours);
    }

    /** Confused deputies at the level of the token: each is a good token, shown where it is not for. */
    @Test
    void no_token_is_good_for_another_audience_tenant_action_or_time_and_none_can_be_changed() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int attempt = 0; attempt < 200; attempt++) {
            String tenant = "tenant_" + random.nextInt(1_000);
            String action = "action_" + random.nextInt(1_000);
            String audience = "https://system-" + random.nextInt(1_000) + ".example";
            Signed signed = tokens.sign(workload(tenant, action, audience));
            List<ECKey> published = keys.published();
            var own = new Expected(audience, tenant, action);
            assertThat(takes(own, signed.token().reveal(), published))
                    .as("seed %d", seed)
                    .isTrue();

            boolean taken = switch (attempt % 6) {
                case 0 ->
                    takes(
                            new Expected(audience + random.nextInt(10), tenant, action),
                            signed.token().reveal(),
                            published);
                case 1 ->
                    takes(
                            new Expected(audience, tenant + random.nextInt(10), action),
                            signed.token().reveal(),
                            published);
                case 2 ->
                    takes(
                            new Expected(audience, tenant, action + random.nextInt(10)),
                            signed.token().reveal(),
                            published);
                case 3 -> {
                    hands.move(Duration.ofMinutes(5).plusSeconds(random.nextInt(3_600)));
                    yield takes(own, signed.token().reveal(), published);
                }
                case 4 -> takes(own, changed(signed.token().reveal(), random), published);
                default -> takes(own, signed.token().reveal(), new OtherPlatform().published());
            };
            assertThat(taken).as("seed %d, attempt %d", seed, attempt).isFalse();
        }
    }

    private record Expected(String audience, String tenant, String action) {}

    private boolean takes(Expected expected, String token, List<ECKey> published) {
        try {
            JWTClaimsSet claims = processor(expected, published).process(token, null);
            return claims != null;
        } catch (BadJOSEException | java.text.ParseException | com.nimbusds.jose.JOSEException refused) {
            return false;
        }
    }

    /** Another claim or another signature; the last character of a signature has bits that mean nothing. */
    private static String changed(String token, Random random) {
        int at;
        do {
            at = random.nextInt(token.length() - 1);
        } while (token.charAt(at) == '.');
        char other = token.charAt(at) == 'A' ? 'B' : 'A';
        return token.substring(0, at) + other + token.substring(at + 1);
    }

    private JWTClaimsSet accepted(Signed signed, String audience, List<ECKey> published) throws Exception {
        SignedJWT token = SignedJWT.parse(signed.token().reveal());
        var expected = new Expected(
                audience,
                token.getJWTClaimsSet().getStringClaim("tenant"),
                token.getJWTClaimsSet().getStringClaim("action"));
        return processor(expected, published).process(token, null);
    }

    private DefaultJWTProcessor<SecurityContext> processor(Expected expected, List<ECKey> published) {
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                JWSAlgorithm.ES256, new ImmutableJWKSet<>(new JWKSet(List.copyOf(published)))));
        var verifier =
                new DefaultJWTClaimsVerifier<SecurityContext>(
                        expected.audience(),
                        new JWTClaimsSet.Builder()
                                .issuer(ISSUER.toString())
                                .claim("tenant", expected.tenant())
                                .claim("action", expected.action())
                                .build(),
                        Set.of("sub", "run", "jti", "iat", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(hands.instant());
                    }
                };
        verifier.setMaxClockSkew(0);
        processor.setJWTClaimsSetVerifier(verifier);
        return processor;
    }

    /** Same name, same claims, and keys of its own. */
    private final class OtherPlatform {
        List<ECKey> published() {
            return new SigningKeys(new SharedRows(), new TestSeals(), new WorkloadTokenSettings(ISSUER, DAY), hands)
                    .published();
        }
    }

    private SigningKeys node() {
        return new SigningKeys(rows, new TestSeals(), new WorkloadTokenSettings(ISSUER, DAY), hands);
    }

    private SignedWorkloadTokens signer(@Nullable URI issuer) {
        return new SignedWorkloadTokens(keys, new WorkloadTokenSettings(issuer, DAY), hands, UUID::randomUUID);
    }

    private static List<String> published(SigningKeys node) {
        return node.published().stream().map(ECKey::getKeyID).toList();
    }

    private static Workload workload(String tenant, String action, String audience) {
        return new Workload(
                action(tenant, action),
                agent(tenant),
                run(tenant),
                audience,
                List.of("tickets.read", "tickets.write"),
                Instant.MAX);
    }

    private static ActionId action(String tenant, String key) {
        return new ActionId(new TenantId(tenant), key);
    }

    private static AgentId agent(String tenant) {
        return new AgentId(new TenantId(tenant), "triage");
    }

    private static RunId run(String tenant) {
        return new RunId(new TenantId(tenant), "wr_1");
    }

    /** The table, as all nodes of a test see it. */
    private static final class SharedRows implements SigningKeyRows {

        private final TreeMap<Long, Stored> rows = new TreeMap<>();

        @Override
        public synchronized List<Stored> all() {
            return List.copyOf(rows.values());
        }

        @Override
        public synchronized boolean add(Stored row) {
            return rows.putIfAbsent(row.generation(), row) == null;
        }

        @Override
        public synchronized void dropThoseUntil(Instant before) {
            rows.values().removeIf(row -> row.until().isBefore(before));
        }

        synchronized void clear() {
            rows.clear();
        }
    }

    /** Keeps places apart and hides nothing. */
    private static final class TestSeals implements Seals {

        @Override
        public byte[] seal(TenantId tenant, String place, byte[] plain) {
            return (tenant + "@" + place + "\n" + new String(plain, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] open(TenantId tenant, String place, byte[] sealed) {
            byte[] start = (tenant + "@" + place + "\n").getBytes(StandardCharsets.UTF_8);
            if (sealed.length < start.length || !Arrays.equals(sealed, 0, start.length, start, 0, start.length)) {
                throw new Unsealable(tenant, place);
            }
            return Arrays.copyOfRange(sealed, start.length, sealed.length);
        }
    }

    /** A clock that is moved by hand. */
    private static final class Hands extends Clock {

        private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        void at(Instant then) {
            now = then;
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
