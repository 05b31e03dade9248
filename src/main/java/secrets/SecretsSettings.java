package secrets;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param leasesKept how long it can be asked what a credential was used for; the journal keeps it in any case */
@ConfigurationProperties("firebreak.secrets")
record SecretsSettings(@DefaultValue("90d") Duration leasesKept) {}
