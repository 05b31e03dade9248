package tenancy.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.Caller;
import tenancy.Role;
import tenancy.TenancySettings.Oidc;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.Tenants;
import tenancy.WorkspaceId;

class TokenCallersTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final RSAKey FIRST = rsa("first");
    private static final RSAKey SECOND = rsa("second");
    private static final ECKey ELLIPTIC = elliptic("elliptic");

    private volatile List<JWK> published = List.of(FIRST, ELLIPTIC);
    private final AtomicInteger fetches = new AtomicInteger();
    private HttpServer issuer;
    private String address;
    private TokenCallers callers;

    @BeforeEach
    void start_the_issuer() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        address = "http://" + issuer.getAddress().getAddress().getHostAddress() + ":"
                + issuer.getAddress().getPort();
        serve("/keys", () -> new JWKSet(published).toPublicJWKSet().toString());
        serve(
                "/.well-known/openid-configuration",
                () -> "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(address, address));
        issuer.start();
        callers = callers(address + "/keys");
    }

    @AfterEach
    void stop_the_issuer() {
        issuer.stop(0);
    }

    @Test
    void a_good_token_speaks_for_its_tenant() throws JOSEException {
        assertThat(callers.find(signed(claims().build(), FIRST)))
                .hasValue(new Caller(ACME, null, Role.TENANT_ADMIN, "oidc:maria"));
    }

    @Test
    void an_elliptic_signature_is_as_good() throws JOSEException {
        var token = new SignedJWT(header(JWSAlgorithm.ES256, ELLIPTIC.getKeyID()), claims().build());
        token.sign(new ECDSASigner(ELLIPTIC));

        assertThat(callers.find(token.serialize())).isPresent();
    }

    @Test
    void an_agents_token_names_the_agent() throws JOSEException {
        JWTClaimsSet claims =
                claims().claim("role", "agent").claim("agent_id", "triage").build();

        assertThat(callers.find(signed(claims, FIRST)))
                .hasValue(new Caller(ACME, new AgentId(ACME, "triage"), Role.AGENT, "oidc:maria"));
        assertThat(callers.find(signed(claims().claim("role", "agent").build(), FIRST)))
                .isEmpty();
    }

    @Test
    void a_role_may_come_in_a_list_if_it_is_one() throws JOSEException {
        assertThat(callers.find(signed(
                        claims().claim("role", List.of("auditor", "staff")).build(), FIRST)))
                .hasValueSatisfying(caller -> assertThat(caller.role()).isEqualTo(Role.AUDITOR));
        assertThat(callers.find(signed(
                        claims().claim("role", List.of("auditor", "analyst")).build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().claim("role", null).build(), FIRST)))
                .isEmpty();
    }

    @Test
    void operators_are_of_the_fleet_and_nobody_else_is() throws JOSEException {
        JWTClaimsSet.Builder fleet = claims().claim("tenant_id", "fleet");

        assertThat(callers.find(signed(fleet.claim("role", "operator").build(), FIRST)))
                .hasValue(new Caller(TenantId.FLEET, null, Role.OPERATOR, "oidc:maria"));
        assertThat(callers.find(signed(fleet.claim("role", "auditor").build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().claim("role", "operator").build(), FIRST)))
                .isEmpty();
    }

    @Test
    void a_tenant_that_is_not_registered_has_no_callers() throws JOSEException {
        assertThat(callers.find(
                        signed(claims().claim("tenant_id", "tenant_hooli").build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().claim("tenant_id", "a/b").build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().claim("tenant_id", null).build(), FIRST)))
                .isEmpty();
    }

    @Test
    void a_token_without_a_signature_is_worth_nothing() {
        assertThat(callers.find(new PlainJWT(claims().build()).serialize())).isEmpty();
        assertThat(callers.find("no.token.atall")).isEmpty();
        assertThat(callers.find("x")).isEmpty();
    }

    @Test
    void the_public_key_is_no_shared_secret() throws JOSEException {
        var token = new SignedJWT(header(JWSAlgorithm.HS256, FIRST.getKeyID()), claims().build());
        token.sign(new MACSigner(FIRST.toRSAPublicKey().getEncoded()));

        assertThat(callers.find(token.serialize())).isEmpty();
    }

    @Test
    void an_algorithm_off_the_list_is_refused() throws JOSEException {
        var token = new SignedJWT(header(JWSAlgorithm.RS512, FIRST.getKeyID()), claims().build());
        token.sign(new RSASSASigner(FIRST));

        assertThat(callers.find(token.serialize())).isEmpty();
    }

    @Test
    void a_token_for_others_from_others_or_out_of_time_is_refused() throws JOSEException {
        assertThat(callers.find(signed(claims().audience("another-service").build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().audience((String) null).build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().issuer("https://elsewhere").build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().expirationTime(at(-60)).build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().expirationTime(null).build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().notBeforeTime(at(120)).build(), FIRST)))
                .isEmpty();
        assertThat(callers.find(signed(claims().subject(null).build(), FIRST))).isEmpty();
    }

    @Test
    void a_forged_signature_under_a_known_key_id_is_refused() throws JOSEException {
        RSAKey forged = new RSAKey.Builder(SECOND).keyID(FIRST.getKeyID()).build();

        assertThat(callers.find(signed(claims().build(), forged))).isEmpty();
    }

    @Test
    void a_rotated_key_is_found_at_once() throws JOSEException {
        assertThat(callers.find(signed(claims().build(), FIRST))).isPresent();

        published = List.of(SECOND);

        assertThat(callers.find(signed(claims().build(), SECOND))).isPresent();
        assertThat(callers.find(signed(claims().build(), FIRST))).isEmpty();
    }

    @Test
    void made_up_key_ids_do_not_flood_the_issuer() throws JOSEException {
        for (int i = 0; i < 20; i++) {
            RSAKey stranger = new RSAKey.Builder(SECOND).keyID("stranger" + i).build();
            assertThat(callers.find(signed(claims().build(), stranger))).isEmpty();
        }
        assertThat(fetches.get()).isLessThanOrEqualTo(2);
        assertThat(callers.find(signed(claims().build(), FIRST))).isPresent();
    }

    @Test
    void the_keys_are_discovered_if_nobody_says_where_they_are() throws JOSEException {
        assertThat(callers(null).find(signed(claims().build(), FIRST))).isPresent();
    }

    @Test
    void without_the_issuers_keys_nobody_can_tell() throws JOSEException {
        issuer.stop(0);

        assertThatThrownBy(() -> callers.find(signed(claims().build(), FIRST)))
                .isInstanceOf(AuthenticationServiceException.class);
        assertThatThrownBy(() -> callers(null).find(signed(claims().build(), FIRST)))
                .isInstanceOf(AuthenticationServiceException.class);
    }

    private TokenCallers callers(@Nullable String jwkSetUri) {
        var oidc = new Oidc(
                address,
                jwkSetUri,
                "firebreak",
                "tenant_id",
                "role",
                "agent_id",
                List.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256, SignatureAlgorithm.PS256),
                Duration.ofSeconds(30));
        return new TokenCallers(oidc, new OnlyAcme(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(address)
                .audience("firebreak")
                .subject("maria")
                .issueTime(at(-10))
                .expirationTime(at(300))
                .claim("tenant_id", "tenant_acme")
                .claim("role", "tenant_admin");
    }

    private static String signed(JWTClaimsSet claims, RSAKey key) throws JOSEException {
        var token = new SignedJWT(header(JWSAlgorithm.RS256, key.getKeyID()), claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static JWSHeader header(JWSAlgorithm algorithm, String keyId) {
        return new JWSHeader.Builder(algorithm).keyID(keyId).build();
    }

    private static Date at(long secondsFromNow) {
        return Date.from(NOW.plusSeconds(secondsFromNow));
    }

    private void serve(String path, java.util.function.Supplier<String> answer) {
        issuer.createContext(path, exchange -> {
            fetches.incrementAndGet();
            byte[] body = answer.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static ECKey elliptic(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A platform with one tenant. */
    private static final class OnlyAcme implements Tenants {

        @Override
        public boolean registered(TenantId tenant) {
            return tenant.equals(ACME);
        }

        @Override
        public void register(TenantContext context, String name, String quotaClass) {
            throw new AssertionError();
        }

        @Override
        public void openWorkspace(TenantContext context, WorkspaceId workspace, String name) {
            throw new AssertionError();
        }

        @Override
        public void registerAgent(TenantContext context, Registration registration) {
            throw new AssertionError();
        }
    }
}
