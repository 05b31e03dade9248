package secrets.minting;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import secrets.Concealed;
import secrets.LeaseRefused;
import secrets.WorkloadTokens;

/** Workload tokens as JWTs (RFC 7519), signed with the fleet's key of the day. */
@Component
class SignedWorkloadTokens implements WorkloadTokens {

    static final Duration LONGEST = Duration.ofMinutes(5);

    private final SigningKeys keys;
    private final WorkloadTokenSettings settings;
    private final Clock clock;
    private final Supplier<UUID> ids;

    SignedWorkloadTokens(SigningKeys keys, WorkloadTokenSettings settings, Clock clock, Supplier<UUID> ids) {
        this.keys = keys;
        this.settings = settings;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public Signed sign(Workload workload) {
        URI issuer = settings.issuer();
        if (issuer == null) {
            throw new LeaseRefused(
                    "secret_unavailable",
                    "This platform signs no workload tokens: firebreak.workload-tokens.issuer is not set.");
        }
        // A token that came back here would be one of an agent that nobody authenticated.
        if (workload.audience().isBlank() || workload.audience().equals(issuer.toString())) {
            throw new LeaseRefused(
                    "secret_unavailable", "A workload token is for another system: name it as the audience.");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant longest = now.plus(LONGEST);
        Instant expires =
                workload.notAfter().isBefore(longest) ? workload.notAfter().truncatedTo(ChronoUnit.SECONDS) : longest;
        if (!expires.isAfter(now)) {
            throw new LeaseRefused("lease_expired", "The lease is expired.");
        }
        String id = ids.get().toString();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer.toString())
                .subject(workload.agent().toString())
                .audience(workload.audience())
                .claim("tenant", workload.action().tenant().value())
                .claim("action", workload.action().key())
                .claim("run", workload.run().key())
                .claim("scope", String.join(" ", workload.scopes()))
                .jwtID(id)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expires))
                .build();
        return new Signed(new Concealed(signed(claims)), id, expires);
    }

    private String signed(JWTClaimsSet claims) {
        SigningKeys.SigningKey current = keys.current();
        try {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .type(JOSEObjectType.JWT)
                            .keyID(current.key().getKeyID())
                            .build(),
                    claims);
            token.sign(new ECDSASigner(current.key()));
            return token.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
