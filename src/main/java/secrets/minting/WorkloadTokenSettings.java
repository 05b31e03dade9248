package secrets.minting;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * In whose name workload tokens are signed.
 *
 * @param issuer the URL under which others reach this platform, and its keys; without it nothing is signed
 * @param keyLifetime how long one key signs; its public half stays known until its last token is over
 */
@ConfigurationProperties("firebreak.workload-tokens")
record WorkloadTokenSettings(
        @Nullable URI issuer, @DefaultValue("24h") Duration keyLifetime) {

    WorkloadTokenSettings {
        if (keyLifetime.compareTo(SigningKeys.AHEAD.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("firebreak.workload-tokens.key-lifetime must be at least "
                    + SigningKeys.AHEAD.multipliedBy(2) + ": a key is published " + SigningKeys.AHEAD
                    + " before it signs");
        }
    }
}
