package tenancy.credentials;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import tenancy.TenancySettings.Oidc;

/** Checks tokens: signature by the issuer's current keys and an algorithm on the list, issuer, audience, time. */
final class TokenDecoder {

    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int LARGEST_ANSWER = 512 * 1024;
    private static final Duration KEYS_KEPT = Duration.ofMinutes(5);
    private static final Duration KEYS_WAITED_FOR = Duration.ofSeconds(5);

    /** A rotated key is found at once, yet made-up key ids cannot turn us into a flood at the issuer's door. */
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(5);

    private TokenDecoder() {}

    /** The issuer is first asked when the first token comes: the platform starts without it. */
    static JwtDecoder of(Oidc oidc, Clock clock) {
        return new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(keys(oidc))
                    .jwsAlgorithms(allowed -> allowed.addAll(oidc.algorithms()))
                    .build();
            var time = new JwtTimestampValidator(oidc.clockSkew());
            time.setClock(clock);
            time.setAllowEmptyExpiryClaim(false);
            var type = new JwtTypeValidator("JWT", "at+jwt");
            type.setAllowEmpty(true);
            var audience = new JwtClaimValidator<List<String>>(
                    JwtClaimNames.AUD, named -> named != null && named.contains(oidc.audience()));
            decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                    List.of(time, type, new JwtIssuerValidator(oidc.issuer()), audience)));
            return decoder;
        });
    }

    private static JWKSource<SecurityContext> keys(Oidc oidc) {
        var http = new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, LARGEST_ANSWER);
        try {
            String address = oidc.jwkSetUri() != null ? oidc.jwkSetUri() : discovered(oidc.issuer(), http);
            return JWKSourceBuilder.<SecurityContext>create(url(address), http)
                    .cache(KEYS_KEPT.toMillis(), KEYS_WAITED_FOR.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(BETWEEN_FETCHES.toMillis())
                    .retrying(true)
                    .build();
        } catch (IOException | ParseException unreachable) {
            throw new IllegalStateException("The issuer's keys cannot be found", unreachable);
        }
    }

    private static String discovered(String issuer, DefaultResourceRetriever http) throws IOException, ParseException {
        String document = http.retrieveResource(url(issuer.replaceAll("/$", "") + "/.well-known/openid-configuration"))
                .getContent();
        var described = JSONObjectUtils.parse(document);
        if (!issuer.equals(JSONObjectUtils.getString(described, "issuer"))) {
            throw new IllegalStateException("The discovery document is another issuer's");
        }
        return JSONObjectUtils.getString(described, "jwks_uri");
    }

    private static URL url(String address) throws IOException {
        return URI.create(address).toURL();
    }
}
