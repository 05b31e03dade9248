package audit.proof;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param origin who signs checkpoints: a name of the installation, such as its host; neither spaces nor {@code +}. Change
 *     it and what was signed before is no longer taken for the same log's
 * @param sealEvery how often journals that have grown are sealed
 */
@ConfigurationProperties("firebreak.proofs")
record ProofSettings(
        @DefaultValue("firebreak") String origin,
        @DefaultValue("1s") Duration sealEvery) {

    ProofSettings {
        if (!origin.matches("[a-z0-9][a-z0-9.:/-]{0,199}")) {
            throw new IllegalStateException("firebreak.proofs.origin must be a name such as firebreak.example.com");
        }
    }

    String of(String tenant) {
        return origin + "/" + tenant;
    }
}
