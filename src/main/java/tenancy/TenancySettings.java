package tenancy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;

/**
 * Settings of tenancy.
 *
 * @param oidc bearer tokens of an identity provider; absent: API keys only
 */
@ConfigurationProperties("firebreak.tenancy")
public record TenancySettings(@Nullable Oidc oidc) {

    /**
     * Whose tokens are accepted, and which claims say who the caller is.
     *
     * @param jwkSetUri where the issuer publishes its keys; absent: found through the issuer's discovery document
     * @param audience must be among the token's audiences
     * @param tenantClaim names the registered tenant; {@code fleet} for operators
     * @param roleClaim one of {@code agent}, {@code tenant_admin}, {@code auditor}, {@code analyst}, {@code operator}
     * @param agentClaim names the agent; required for the role {@code agent}
     * @param algorithms signature algorithms that are accepted, all of them asymmetric
     */
    public record Oidc(
            String issuer,
            @Nullable String jwkSetUri,
            String audience,
            @DefaultValue("tenant_id") String tenantClaim,
            @DefaultValue("role") String roleClaim,
            @DefaultValue("agent_id") String agentClaim,
            @DefaultValue({"RS256", "ES256", "PS256"}) List<SignatureAlgorithm> algorithms,
            @DefaultValue("30s") Duration clockSkew) {

        public Oidc {
            // Bound from configuration, where what is missing arrives as null whatever the type says.
            if (blank(issuer) || blank(audience)) {
                throw new IllegalArgumentException(
                        "firebreak.tenancy.oidc needs both issuer and audience: without an audience, tokens that the"
                                + " issuer made for other services would be accepted");
            }
            algorithms = List.copyOf(algorithms);
        }

        private static boolean blank(@Nullable String value) {
            return value == null || value.isBlank();
        }
    }
}
