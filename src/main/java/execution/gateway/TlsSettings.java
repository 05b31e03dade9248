package execution.gateway;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Whom target systems are believed to be. That they must prove it cannot be switched off.
 *
 * @param trustedCertificates PEM file of certificate authorities that are trusted beside Java's own
 */
@ConfigurationProperties("firebreak.gateway.tls")
record TlsSettings(@Nullable Path trustedCertificates) {}
